/** The four agents, what each may do, and so what must happen in each of the 68 cases. */
export interface Staff {
  /** Agent id. */
  readonly id: string;
  readonly title: string;
  /** The customer it works on. */
  readonly customer: number;
  readonly allow: readonly string[];
  readonly streaming: boolean;
}

export const BLOCKED = ['delete_records', 'connect_external'] as const;

export const STAFF: readonly Staff[] = [
  {
    id: 'customer-support',
    title: 'Customer Support',
    customer: 3,
    streaming: true,
    allow: ['lookup_balance', 'get_transaction_history', 'send_notification'],
  },
  {
    id: 'fraud-detection',
    title: 'Fraud Detection',
    customer: 5,
    streaming: false,
    allow: ['scan_transactions', 'flag_account', 'verify_identity', 'access_ssn', 'check_credit_score', 'lookup_balance', 'get_transaction_history'],
  },
  {
    id: 'loan-processor',
    title: 'Loan Processor',
    customer: 7,
    streaming: true,
    allow: ['check_credit_score', 'process_application', 'send_notification', 'verify_identity'],
  },
  {
    id: 'marketing-outreach',
    title: 'Marketing Outreach',
    customer: 2,
    streaming: false,
    allow: ['get_customer_preferences', 'send_promo_email', 'generate_report'],
  },
];

export type Expected = 'allow' | 'ask' | 'deny';

export function expected(staff: Staff, tool: string): Expected {
  if (BLOCKED.some((name) => name === tool)) return 'deny';
  return staff.allow.includes(tool) ? 'allow' : 'ask';
}
