/**
 * What people call the fields of records, in English, Spanish and Portuguese; without accents,
 * lower case.
 * @module
 */
export const synonyms: Readonly<Record<string, readonly string[]>> = {
  name: ["name", "full name", "contact name", "lead name", "company name", "deal name", "nombre", "nombre completo", "nombre y apellidos", "nome", "nome completo", "cliente", "customer", "razao social", "razon social"],
  title: ["title", "task", "titulo", "tarea", "tarefa", "asunto", "assunto", "subject"],
  subject: ["subject", "title", "asunto", "assunto", "titulo"],
  email: ["email", "e mail", "mail", "email address", "correo", "correo electronico", "endereco de email", "e mail principal"],
  phone: ["phone", "phone number", "telephone", "mobile", "cell", "cell phone", "whatsapp", "telefono", "movil", "celular", "numero de telefono", "telefone", "fone", "numero de telefone", "tel"],
  company_name: ["company", "company name", "organization", "organisation", "account", "empresa", "compania", "organizacion", "organizacao"],
  company_id: ["company", "company name", "organization", "organisation", "account", "empresa", "compania", "organizacion", "organizacao"],
  contact_id: ["contact", "contact name", "contacto", "contato"],
  customer_id: ["customer", "client", "cliente", "contacto", "contato", "solicitante"],
  job_title: ["job title", "position", "role", "title", "cargo", "puesto", "funcao", "profissao"],
  website: ["website", "web", "site", "url", "sitio web", "pagina web", "web site"],
  city: ["city", "town", "ciudad", "cidade", "municipio"],
  country: ["country", "pais"],
  status: ["status", "state of lead", "estado", "situacao", "situacion", "estatus"],
  source: ["source", "lead source", "origin", "origen", "fuente", "origem", "fonte", "canal"],
  channel: ["channel", "source", "canal", "origen", "origem"],
  campaign: ["campaign", "utm campaign", "campana", "campanha"],
  score: ["score", "lead score", "rating", "puntuacion", "puntaje", "pontuacao"],
  category_id: ["category", "segment", "categoria", "segmento"],
  description: ["description", "notes", "note", "comments", "comment", "descripcion", "notas", "comentarios", "observaciones", "descricao", "observacoes", "observacao", "comentario", "mensagem", "message", "mensaje"],
  external_id: ["id", "external id", "crm id", "reference", "ref", "codigo", "code", "id externo", "referencia"],
  owner_id: ["owner", "assigned to", "responsible", "salesperson", "agent", "owner email", "propietario", "responsable", "vendedor", "responsavel", "dono", "asignado a", "atribuido a"],
  assignee_id: ["assignee", "assigned to", "owner", "responsible", "responsable", "responsavel", "asignado a", "atribuido a"],
  tax_id: ["tax id", "cpf", "cnpj", "cpf cnpj", "cpf ou cnpj", "vat", "nif", "documento"],
  birthday: ["birthday", "birth date", "date of birth", "fecha de nacimiento", "nacimiento", "cumpleanos", "nascimento", "data de nascimento", "aniversario"],
  sector: ["sector", "industry", "industria", "setor", "ramo", "segmento"],
  employees: ["employees", "number of employees", "headcount", "empleados", "numero de empleados", "funcionarios", "numero de funcionarios"],
  value: ["value", "amount", "price", "total", "valor", "importe", "monto", "precio", "preco"],
  currency: ["currency", "moneda", "divisa", "moeda"],
  expected_close: ["expected close", "close date", "expected close date", "fecha de cierre", "cierre previsto", "data de fechamento", "fechamento", "previsao de fechamento"],
  pipeline_id: ["pipeline", "funnel", "embudo", "funil"],
  stage_id: ["stage", "etapa", "fase", "estagio"],
  priority: ["priority", "prioridad", "prioridade"],
  due_at: ["due", "due date", "deadline", "vencimiento", "fecha limite", "fecha de vencimiento", "vencimento", "prazo", "data de vencimento"],
  starts_at: ["start", "starts", "start date", "inicio", "fecha de inicio", "data de inicio"],
  tags: ["tags", "tag", "labels", "label", "etiquetas", "etiqueta", "marcadores", "rotulos"],
  "address.street": ["street", "address", "address line 1", "calle", "direccion", "domicilio", "rua", "endereco", "logradouro"],
  "address.number": ["street number", "numero", "numero de rua"],
  "address.complement": ["complement", "address line 2", "complemento"],
  "address.district": ["district", "neighborhood", "barrio", "colonia", "bairro"],
  "address.city": ["city", "town", "ciudad", "cidade", "municipio"],
  "address.state": ["state", "province", "provincia", "departamento", "uf", "estado"],
  "address.postal_code": ["postal code", "zip", "zip code", "postcode", "codigo postal", "cep", "cp"],
  "address.country": ["country", "country code", "pais"],
};

/** Lower case, without accents, words alone. */
export function bareTitle(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, " ").trim();
}
