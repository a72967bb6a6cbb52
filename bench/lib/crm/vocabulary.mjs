// What generated people are called and talk about, and how often: the first of a list is the
// most common, as names and cities are.

export const firstNames = "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Francisca Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Luana Rita Sônia Renata Eliane Sofia Helena Alice Laura Manuela Isabella Heitor Theo Davi Bernardo Samuel Enzo Murilo Caio Otávio Vinícius Emma Liam Olivia Noah Charlotte James Amelia Henry Lena Jonas Mia Finn Hannah Lukas Chloé Hugo Inès Giulia Matteo Zoë Siobhán Øyvind Łukasz".split(" ");
export const lastNames = "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Pinto Moura Cavalcanti Monteiro Melo Correia Batista Campos Castro Azevedo Barros Cunha Duarte Farias Guimarães Leite Macedo Miranda Moraes Nogueira Pacheco Queiroz Rezende Sampaio Tavares Vasconcelos Xavier Müller Schmidt Weber Smith Jones Brown Taylor Wilson Rossi Ferrari Bianchi Dubois Moreau Kowalski Nowak Jansen Nielsen".split(" ");
export const cities = "São Paulo|Rio de Janeiro|Brasília|Salvador|Fortaleza|Belo Horizonte|Manaus|Curitiba|Recife|Goiânia|Belém|Porto Alegre|Guarulhos|Campinas|São Luís|Maceió|Natal|Teresina|Campo Grande|João Pessoa|Osasco|Ribeirão Preto|Uberlândia|Sorocaba|Cuiabá|Joinville|Londrina|Juiz de Fora|Florianópolis|Vitória|Lisboa|Porto|Berlin|Madrid|Buenos Aires".split("|");
export const companyHeads = "Alfa Nova Prisma Vértice Horizonte Aurora Delta Atlas Boreal Cedro Cobalto Cristal Dínamo Eixo Farol Fênix Granito Íris Jatobá Lótus Magna Néctar Órbita Pampa Quartzo Raiz Safira Terra União Vela Zênite Âncora Brisa Cometa Duna Elo Fonte Girassol Harmonia Ipê".split(" ");
export const companyTails = "Logística Engenharia Alimentos Tecnologia Consultoria Transportes Saúde Educação Móveis Energia Construções Seguros Turismo Têxtil Agro Veículos Farma Mídia Imóveis Segurança Papéis Metais Plásticos Cosméticos Bebidas".split(" ");
export const legalForms = ["Ltda", "S.A.", "ME", "EIRELI", ""];
export const jobs = "Gerente de compras|Diretora comercial|Analista|Sócio|Coordenadora de TI|Assistente|Head of Operations|CEO|CFO|Engenheira".split("|");
export const campaigns = ["Black Friday", "Verão", "Webinar março", "Indique um amigo", "Feira de Hannover", "Newsletter", "Retargeting", "Lançamento"];
export const words = "cliente pediu proposta com desconto para equipe de vendas quer integração sistema atual prazo entrega orçamento aprovado diretoria reunião marcada próxima semana ligar depois das dez prefere contato por telefone interesse plano anual renovação contrato vence fim do ano comparando concorrente preço alto gostou demonstração falta decisão financeira suporte treinamento usuários licenças migração dados legado nuvem segurança relatório painel automação funil atendimento estoque nota fiscal fatura boleto cartão parcelas garantia visita técnica instalação manutenção garante retorno rápido".split(" ");
/** A dozen of all leads have it. */
export const rareWord = "ornitorrinco";

export const sources = ["website", "ads", "whatsapp", "instagram", "referral", "email", "phone", "messenger", "event", "partner", "import", "api", "other"];
export const segments = ["retail", "industry", "services", "public", "agro"];
export const tagNames = ["Quente", "Frio", "VIP", "Newsletter", "Revisar", "Parceiro", "Inadimplente", "Feira 2025", "Beta", "Indicado"];
export const stages = [
  { name: "Qualification", probability: 10 },
  { name: "Discovery", probability: 25 },
  { name: "Proposal", probability: 45 },
  { name: "Negotiation", probability: 70 },
  { name: "Contract", probability: 90 },
  { name: "Won", type: "won" },
  { name: "Lost", type: "lost" },
];
