// What the people, places and things of the demo are called.

export const places = [
  { city: "São Paulo", state: "SP", country: "Brazil", code: "BR", phone: "+55 11 9", street: "Rua Augusta" },
  { city: "Belo Horizonte", state: "MG", country: "Brazil", code: "BR", phone: "+55 31 9", street: "Avenida Afonso Pena" },
  { city: "Recife", state: "PE", country: "Brazil", code: "BR", phone: "+55 81 9", street: "Rua da Aurora" },
  { city: "Porto Alegre", state: "RS", country: "Brazil", code: "BR", phone: "+55 51 9", street: "Rua da Praia" },
  { city: "Curitiba", state: "PR", country: "Brazil", code: "BR", phone: "+55 41 9", street: "Rua XV de Novembro" },
  { city: "Madrid", state: "MD", country: "Spain", code: "ES", phone: "+34 6", street: "Calle de Alcalá" },
  { city: "Valencia", state: "V", country: "Spain", code: "ES", phone: "+34 6", street: "Calle Colón" },
  { city: "Bogotá", state: "DC", country: "Colombia", code: "CO", phone: "+57 31", street: "Carrera Séptima" },
  { city: "Austin", state: "TX", country: "United States", code: "US", phone: "+1 512 ", street: "Congress Avenue" },
  { city: "Manchester", state: "MAN", country: "United Kingdom", code: "GB", phone: "+44 7", street: "Deansgate" },
];
export const brazilian = places.filter(({ country }) => country === "Brazil");

export const givenNames = ["Ana", "Beatriz", "Caio", "Camila", "Carlos", "Carmen", "Daniel", "Diego", "Eduarda", "Elena", "Emily", "Felipe", "Fernanda", "Gabriel", "Grace", "Henrique", "Inês", "Isabel", "James", "João", "Juliana", "Laura", "Lucas", "Lucía", "Luiz", "Manuela", "Marcos", "María", "Mateus", "Natália", "Oliver", "Paula", "Pedro", "Rafael", "Renata", "Rosa", "Sérgio", "Sofía", "Thiago", "Victoria"];
export const familyNames = ["Almeida", "Alves", "Araújo", "Barbosa", "Brown", "Cardoso", "Carvalho", "Castro", "Costa", "Díaz", "Fernández", "Ferreira", "García", "Gomes", "González", "Lima", "López", "Martínez", "Martins", "Mendes", "Moreira", "Moreno", "Nunes", "Oliveira", "Pereira", "Pires", "Ramos", "Ribeiro", "Rocha", "Rodrigues", "Romero", "Santos", "Silva", "Souza", "Taylor", "Teixeira", "Torres", "Vargas", "Vieira", "Walker"];

const trades = [
  ["Padaria", "Food", "Padaria {}"], ["Farmácia", "Health", "Farmácia {}"], ["Clínica", "Health", "Clínica {}"], ["Logistics", "Transport", "{} Logistics"],
  ["Contabilidade", "Finance", "{} Contabilidade"], ["Studio", "Media", "Studio {}"], ["Mercado", "Retail", "Mercado {}"], ["Hotel", "Travel", "Hotel {}"],
  ["Software", "Software", "{} Software"], ["Ingeniería", "Construction", "{} Ingeniería"], ["Escola", "Education", "Escola {}"], ["Foods", "Food", "{} Foods"],
];
const places2 = ["Aurora", "Horizonte", "Bom Jardim", "Costa Verde", "del Sol", "Northgate", "Ipê", "Primavera", "Río Claro", "Sierra", "Boa Vista", "Lighthouse"];

/** The companies' names, none twice: trade and place, both going round. */
export const companyNames = Array.from({ length: 60 }, (_, at) => {
  const [, sector, pattern] = trades[at % trades.length];
  return { name: pattern.replace("{}", places2[(at + Math.floor(at / trades.length)) % places2.length]), sector };
});

export const jobTitles = ["Owner", "Diretora", "Gerente de TI", "Head of Operations", "Comprador", "Office Manager", "CTO", "Responsable de compras", "Analista", "CFO"];
export const products = ["Managed IT", "Backup", "Phone system", "Security audit", "Website"];
export const campaigns = ["Spring fair", "Indique um amigo", "Webinar: backups", "Google Ads", null, null];
export const lostReasons = ["Too expensive", "Chose another supplier", "No budget this year", "No longer interested"];
export const tagNames = [["VIP", "#e03131"], ["newsletter", "#1c7ed6"], ["webinar", "#7048e8"], ["fair 2026", "#f08c00"], ["portugués", "#2f9e44"], ["español", "#d6336c"], ["upsell", "#0c8599"], ["slow payer", "#868e96"]];
export const categoryNames = [["Small business", "#4c6ef5"], ["Mid-market", "#12b886"], ["Public sector", "#fab005"], ["Hardware", "#fa5252"], ["Software", "#7950f2"], ["Network", "#15aabf"]];
export const ticketSubjects = ["Printer in the lobby prints blank pages", "Não consigo entrar no e-mail", "VPN drops every ten minutes", "La copia de seguridad no termina", "New laptop for a colleague", "Telefone sem linha", "Website shows an old certificate", "Invoice has the wrong address", "Wi-Fi is slow on the second floor", "Restore a deleted folder"];
export const taskTitles = ["Send the proposal to {}", "Call {} about the budget", "Ligar para {}", "Prepare the meeting with {}", "Enviar contrato a {}", "Visit {}", "Check references of {}", "Ask {} for a review"];
export const noteTexts = ["Prefers to be called in the morning.", "Decide junto com a diretora financeira.", "Compares us with two others.", "Quiere empezar después del verano.", "Uses an old version and knows it.", "Met at the spring fair, very friendly.", "Pede sempre nota fiscal no mesmo dia."];
export const activitySubjects = { call: "Call about needs", email: "Sent the brochure", meeting: "Demo of the product", message: "WhatsApp: opening hours", visit: "Visit on site" };

/** Those who work there besides the four of `npm start`. */
export const staff = [
  { name: "Tânia Tavares", email: "tania@demo.example", work: "technician" },
  { name: "Teo Torres", email: "teo@demo.example", work: "technician" },
  { name: "Tess Turner", email: "tess@demo.example", work: "technician" },
  { name: "Sílvia Salgado", email: "silvia@demo.example", work: "sales" },
  { name: "Santiago Soto", email: "santiago@demo.example", work: "sales" },
];
