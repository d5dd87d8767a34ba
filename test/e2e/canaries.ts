/** Put together at run time, so that no scanner takes this file for a leak. None of them was ever real. */
const joined = (...parts: readonly string[]): string => parts.join('');
const A = 'Zk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E';

export const CANARIES: readonly (readonly [kind: string, secret: string])[] = [
  ['aws access key', joined('AK', 'IA', 'Q3ZK7VXT2BLM5RPW')],
  ['github token', joined('gh', 'p_', 'Zk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E0uVi')],
  ['github fine-grained', joined('github_', 'pat_', '11ABCDEFG0Zk3vQ9xT7bLm_2RpW8nYc4HsDf6GjKa1E0uViOqXwZr5tN7mB9cL3eS1dFqY7uI2oP4wXzJ6')],
  ['gitlab token', joined('gl', 'pat-', 'Zk3vQ9xT7bLm2RpW8nYc')],
  ['slack bot token', joined('xo', 'xb-', '218461904512-518320946127-', 'Zk3vQ9xT7bLm2RpW8nYc4Hs1')],
  ['stripe key', joined('sk_', 'live_', 'Zk3vQ9xT7bLm2RpW8nYc4HsD')],
  ['openai key', joined('sk-', 'proj-', A, 'T3BlbkFJ', A)],
  ['anthropic key', joined('sk-', 'ant-api03-', A, A, 'Zk3vQ9xT7bLm2RpW8nYc4HsDf6GAA')],
  ['google key', joined('AI', 'za', 'SyZk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E0')],
  ['sendgrid key', joined('S', 'G.', 'Zk3vQ9xT7bLm2RpW8nYc4H', '.', 'Zk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E0uViOqXwZr5')],
  ['npm token', joined('np', 'm_', 'Zk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E0uVi')],
  ['twilio key', joined('S', 'K', '3a7f19c04be25d68a1f0c93e7b42d85f')],
  ['telegram token', joined('718234', '5091:', 'AAHZk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E')],
  ['jwt', joined('ey', 'JhbGciOiJIUzI1NiJ9', '.ey', 'JzdWIiOiI3NzEyMzQ1IiwibiI6InprMyJ9', '.Zk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E0uViOqXwZr5')],
  ['private key', joined('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIEow', A, A, '\n', A, A, '\n-----END RSA ', 'PRIVATE KEY-----')],
  ['database url', joined('postgres://', 'svc:', 'Zk3vQ9xT7bLm2Rp', '@db.corp.example:5432/main')],
  ['aegis key', joined('aegis_', 'agent_', 'Zk3vQ9xT7bLm2RpW8nYc4HsDf6GjKa1E0uViOqXwZr5')],
  ['hugging face', joined('hf', '_', 'ZkvQxTbLmRpWnYcHsDfGjKaEuViOqXwZrt')],
  ['digitalocean', joined('dop', '_v1_', '3a7f19c04be25d68a1f0c93e7b42d85f3a7f19c04be25d68a1f0c93e7b42d85f')],
  ['shopify', joined('shp', 'at_', '3a7f19c04be25d68a1f0c93e7b42d85f')],
];
