import type { Category, Operation } from '../../kernel/finding.ts';

/** Verbs as they stand in tool names, and what they do to the world. */
export const VERBS: ReadonlyMap<string, Operation> = new Map(
  rows<Operation>({
    read: 'get read list search find fetch lookup look query show view describe check count calculate compute retrieve load select scan browse inspect summarize summarise estimate compare validate verify download open cat grep glob recall poll tail head tree stat obtain ls pwd',
    write:
      'write overwrite create update set add edit save insert put modify patch upload append rename move copy store record replace sync import mkdir touch change assign book reserve schedule register upsert remember',
    delete: 'delete remove drop destroy purge erase truncate wipe unlink rm clear uninstall cancel unsubscribe terminate deprovision discard trash',
    send: 'send email mail sms message notify tweet reply forward share invite dm broadcast post publish submit announce text call contact chat whatsapp',
    pay: 'pay purchase buy charge refund withdraw payout checkout wire remit donate tip disburse reimburse',
    execute: 'run exec execute eval shell bash sh zsh terminal powershell pwsh cmd spawn invoke launch python ipython repl subprocess system',
    deploy: 'deploy release rollout promote rollback provision ship',
    admin:
      'grant revoke permit sudo chmod chown enable disable block unblock suspend activate deactivate lock unlock elevate impersonate configure authorize ban',
  }),
);

/** Nouns in tool names and the part of the world they stand for. */
export const NOUNS: ReadonlyMap<string, Category> = new Map(
  rows<Category>({
    file: 'file files folder folders directory directories path paths document documents filesystem fs mkdir dir glob grep attachment',
    database:
      'sql database databases db table tables postgres postgresql pg mysql mariadb sqlite mssql oracle mongo mongodb redis valkey bigquery snowflake redshift duckdb clickhouse cassandra databricks trino presto athena cockroachdb neo4j cypher influx influxdb elasticsearch opensearch dynamodb supabase row rows',
    network:
      'http https url urls web website webpage page fetch browser browse crawl scrape webhook internet curl wget dns proxy download socket api',
    communication:
      'email emails mail gmail inbox message messages sms slack telegram discord tweet tweets twitter whatsapp notification notifications chat channel teams mailbox outlook dm newsletter',
    payment:
      'payment payments pay invoice invoices bank banking transfer wallet crypto funds money stripe paypal checkout refund payout purchase transaction transactions venmo billing charge loan',
    shell: 'bash shell sh zsh terminal command commands exec powershell pwsh cmd console subprocess',
    memory: 'memory memories remember recall',
    'supply-chain': 'npm pip pypi package packages registry cargo docker image dependency dependencies brew apt',
    data: 'data dataset dataframe csv export report reports analytics records record backup dump',
    'prompt-injection': '',
  }),
);

/** Nouns that turn "transfer" and "send" into a payment. */
export const MONEY: ReadonlySet<string> = new Set(
  'money funds fund payment cash usd eur crypto bitcoin btc eth coin coins tokens bank wallet salary account balance invoice'.split(' '),
);

/** Nouns whose change is an act of administration. */
export const AUTHORITY: ReadonlySet<string> = new Set(
  'permission permissions role roles acl iam policy admin privilege privileges password credential credentials access user users token apikey secret secrets firewall mfa'.split(
    ' ',
  ),
);

function rows<T extends string>(table: Partial<Record<T, string>>): [string, T][] {
  return Object.entries(table).flatMap(([name, list]) =>
    String(list)
      .split(' ')
      .filter((word) => word !== '')
      .map((word): [string, T] => [word, name as T]),
  );
}
