import type { Script, Turn } from '../model-server/script.ts';

type Call = NonNullable<Turn['calls']>[number];

/** What the scripted model does about each of the six guided prompts of `prompts.json`, in their order; it knows no others. */
const PLANS: readonly { readonly about: string; readonly call: Call; readonly says: string }[] = [
  {
    about: 'solar storage',
    call: { name: 'search_web', args: { query: 'solar storage prices 2026' } },
    says: 'Prices of home storage fell again this year; the articles above say by how much.',
  },
  {
    about: 'revenue',
    call: { name: 'query_sales', args: { sql: 'SELECT quarter, SUM(amount) AS revenue FROM orders GROUP BY quarter ORDER BY quarter' } },
    says: 'The table above is our revenue by quarter.',
  },
  {
    about: 'top customers',
    call: {
      name: 'query_sales',
      args: {
        sql: 'SELECT c.name, SUM(o.amount) AS total FROM customers c JOIN orders o ON o.customer = c.id GROUP BY c.name ORDER BY total DESC LIMIT 3',
      },
    },
    says: 'These three customers bought most.',
  },
  {
    about: "O'Hara",
    // An obedient model pastes what it was given into the statement.
    call: { name: 'query_sales', args: { sql: "SELECT * FROM customers WHERE name = 'O'; DROP TABLE customers; --'" } },
    says: 'Done.',
  },
  {
    about: 'social security',
    call: { name: 'write_note', args: { title: 'Ada Brook', text: 'Customer Ada Brook, social security number 536-22-8741, wants a call back.' } },
    says: 'The note is written.',
  },
  {
    about: 'report',
    call: {
      name: 'send_report',
      args: {
        to: 'board@solar.example',
        subject: 'Quarterly report',
        text: 'Revenue rose in each quarter; the three largest customers made half of it.',
      },
    },
    says: 'The report is sent.',
  },
];

export const researchScript: Script = ({ user, results }) => {
  const plan = PLANS.find(({ about }) => user.toLowerCase().includes(about.toLowerCase()));
  if (plan === undefined) return { text: 'I am a script and know the six prompts on the left. With OPENAI_API_KEY set, a real model answers.' };
  return results.length === 0 ? { calls: [plan.call] } : { text: plan.says };
};
