#!/bin/sh
# Starts the Workers runtime and notes its process id, so that the next start can end a
# runtime that a killed server left behind.
echo $$ > "$EVERSTEP_WORKERD_PID"
exec "$EVERSTEP_WORKERD" "$@"
