import { tool, type StructuredToolInterface } from '@langchain/core/tools';
import { z } from 'zod';
import { customer, customers } from './customers.ts';

const id = { customer_id: z.number().int() };

function bankTool<S extends z.ZodRawShape>(
  name: string,
  description: string,
  shape: S,
  run: (input: z.infer<z.ZodObject<S>>) => unknown,
): StructuredToolInterface {
  return tool((input) => JSON.stringify(run(input as z.infer<z.ZodObject<S>>)), {
    name,
    description,
    schema: z.object(shape),
  }) as StructuredToolInterface;
}

/** Seventeen real LangChain tools over the invented bank; nothing in them knows about Aegis. */
export const bankTools: readonly StructuredToolInterface[] = [
  bankTool('lookup_balance', 'Balance of a customer', id, (input) => ({ balance: customer(input.customer_id).balanceCents / 100 })),
  bankTool('get_transaction_history', 'Last transactions of a customer', id, (input) => customer(input.customer_id).transactions),
  bankTool('send_notification', 'Send a message to a customer', { ...id, message: z.string() }, (input) => ({
    sent_to: customer(input.customer_id).email,
  })),
  bankTool('scan_transactions', 'Find transactions whose memo contains a text, or that are large', { pattern: z.string() }, ({ pattern }) =>
    customers
      .flatMap((one) =>
        one.transactions
          .filter(({ memo, cents }) => memo.includes(pattern) || Math.abs(cents) > 200_000)
          .map(({ on, cents }) => ({ customer_id: one.id, on, cents })),
      )
      .slice(0, 10),
  ),
  bankTool('flag_account', 'Flag a customer for fraud', { ...id, reason: z.string() }, (input) => {
    customer(input.customer_id).status = 'flagged';
    return { flagged: input.customer_id };
  }),
  bankTool('verify_identity', 'Masked identity data of a customer', id, (input) => ({
    ssn: `***-**-${customer(input.customer_id).ssn.slice(-4)}`,
    born: customer(input.customer_id).born,
  })),
  bankTool('check_credit_score', 'Credit score of a customer', id, (input) => ({ score: customer(input.customer_id).creditScore })),
  bankTool('process_application', 'File a loan application', { ...id, amount: z.number() }, (input) => ({
    application: `L-${String(input.customer_id)}`,
    amount: input.amount,
  })),
  bankTool('access_credit_card', 'Full card number', id, (input) => ({ card: customer(input.customer_id).card })),
  bankTool('access_ssn', 'Full social security number', id, (input) => ({ ssn: customer(input.customer_id).ssn })),
  bankTool('access_phone', 'Phone number', id, (input) => ({ phone: customer(input.customer_id).phone })),
  bankTool('delete_records', 'Delete all records of a customer', id, (input) => ({ deleted: input.customer_id })),
  bankTool('connect_external', 'Send data to another server', { server: z.string(), data: z.string() }, ({ server }) => ({ connected: server })),
  bankTool('get_customer_preferences', 'Marketing preferences', id, (input) => customer(input.customer_id).preferences),
  bankTool('send_promo_email', 'Send a campaign to a customer', { ...id, campaign: z.string() }, (input) => ({
    sent_to: customer(input.customer_id).email,
  })),
  bankTool('generate_report', 'Make a report', { report_type: z.string() }, ({ report_type }) => ({
    report: report_type,
    customers: customers.length,
  })),
  bankTool('export_customer_list', 'All customers with contact data', {}, () => customers.map(({ name, email }) => ({ name, email }))),
];
