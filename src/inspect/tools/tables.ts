/** What a word of a tool's name makes of the things it is said of. */
export type Act = 'destroy' | 'delete' | 'stop' | 'disable' | 'give' | 'pay' | 'other';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words beside the verb: how, not what. */
export const MANNER = set(
  'bulk batch mass force forced hard soft auto async sync do run execute perform start begin initiate schedule trigger confirm safe safely now permanently permanent please tool api action handle process quick and or the a an my mcp cmd command cli sdk client service manager helper util factory v1 v2 v3',
);

/** Verbs by what they do. The first of a name decides, so that `get_deleted_users` and `undo_delete` do nothing. */
export const ACTS: ReadonlyMap<string, Act> = new Map<string, Act>([
  ...rows('destroy', 'drop truncate destroy wipe nuke obliterate decommission deprovision teardown expunge shred annihilate demolish format'),
  ...rows(
    'delete',
    'delete del remove rm rmdir unlink purge erase clear empty flush prune clean cleanup trash discard deregister unregister dispose eliminate deletion removal flushall flushdb overwrite reset',
  ),
  ...rows('stop', 'terminate termination shutdown halt kill poweroff reboot stop shut close cancel unsubscribe deactivate suspend evict'),
  ...rows('disable', 'disable bypass mute off uninstall revoke pause'),
  ...rows(
    'give',
    'grant assign attach add set promote elevate make give put change allow authorize share invite modify update create enable configure toggle open expose',
  ),
  ...rows(
    'pay',
    'transfer pay wire withdraw withdrawal payout remit donate disburse reimburse refund send approve purchase buy sell trade swap invest stake deposit place liquidate payment remittance payroll',
  ),
  ...rows(
    'other',
    `get read list search find fetch lookup look query show view describe check count calculate compute retrieve load select scan browse inspect summarize estimate compare validate verify
     download cat grep glob recall poll tail head tree stat obtain ls pwd undo undelete restore recover cancel prevent simulate preview dry test plan explain request is has can should predict
     convert generate analyze analyse extract translate parse build replace append rename move copy store save insert upload edit write draft notify publish reply forward post comment
     schedule_check solve determine detect classify rank sort filter merge split join subscribe follow like rate review book reserve play watch listen log record track lock unlock protect archive`,
  ),
]);

/** Where the words behind a preposition are not what the verb is said of. */
export const PREPOSITIONS = set('from in on to of for by with at into via inside within using where');

/** What is lost with one of them is not made again by the next call. */
export const DATABASES = set('database databases db dbs schema schemas keyspace keyspaces tablespace warehouse datastore');
export const TABLES = set('table tables collection collections measurement');
export const STORES = set(
  'bucket buckets volume volumes disk disks drive drives partition partitions filesystem device devices snapshot snapshots backup backups vault storage datalake share',
);
export const MACHINES = set(
  'instance instances server servers vm vms cluster clusters namespace namespaces stack stacks environment environments infrastructure droplet droplets nodegroup nodepool host hosts fleet machine machines computer system workspace_vm vpc vpcs loadbalancer zone zones hostedzone mainframe datacenter infra production',
);
export const OWNERS = set(
  'user users account accounts customer customers employee employees tenant tenants organization organizations organisation organisations org orgs subscriber subscribers patient patients',
);
export const WORKS = set(
  'repository repositories repo repos project projects workspace workspaces website websites team teams application applications deployment deployments pipeline pipelines',
);
export const CREDENTIALS = set('secret secrets credential credentials certificate certificates keypair keyvault');
/** A `key` of these is one that opens something, and a `record` of these is one the world resolves by. */
export const KEY_OF = set('kms access ssh api encryption signing secret private master service root');
export const RECORD_OF = set('dns mx txt cname');
export const SEARCH_STORES = set('elasticsearch opensearch elastic es solr pinecone weaviate qdrant milvus vector search');
export const DATA_CONTEXT = set(
  'database db sql mysql postgres postgresql sqlite mongo mongodb mongosh dynamodb firestore supabase snowflake bigquery mssql oracle mariadb redis cassandra',
);

/** Things there are many of: all of them at once is a loss, one is daily work. */
export const MANY = set(
  `record records row rows document documents file files folder folders directory directories email emails mail mails message messages photo photos contact contacts post posts event events note notes
   order orders data object objects entry entries transaction transactions product products invoice invoices member members image images video videos ticket tickets issue issues page pages article articles
   version versions resource resources log logs key keys queue queues topic topics branch branches tag tags release releases deployment deployments pod pods container containers service services
   subscription subscriptions process processes job jobs tables item_records everything position positions asset assets history_records inventory content contents policy policies role roles permission permissions access rights privileges`,
);

/** What keeps others out or keeps a record. */
export const GUARDS = set(
  'firewall mfa 2fa tfa totp logging audit auditing antivirus defender guardduty cloudtrail trail waf encryption backups backup protection edr sandbox falco siem factor selinux apparmor dlp ratelimit sso securityhub malware',
);
export const RECORDS = set('audit trail cloudtrail syslog eventlog');

/** Objects a gift of rights is made with. */
export const AUTHORITY = set(
  'role roles permission permissions privilege privileges policy access group groups admin acl iam member members collaborator collaborators rights scope scopes ownership sudo rbac binding user users account team',
);
export const AUTHORITY_KEYS = set(
  'role roles permission permissions privilege privileges policy policies policyarn policyname group groups groupname access accesslevel level acl grant grants scope scopes permissionlevel rolename visibility principal principals with cidr cidrip cidrblock source sourceranges audience sharing linkaccess type principaltype granteetype',
);
/** What may be opened to everybody only on purpose. */
export const OPENABLE = set(
  'bucket buckets file files folder folders acl policy firewall security securitygroup ingress database db snapshot snapshots instance document documents drive object objects repository repo blob container image ami port rule dashboard dataset',
);

/** Objects of payments, where the verb alone may mean something else. */
export const MONEY_WORDS = set(
  'funds fund money payment payments wire cash crypto bitcoin btc eth ether usdc usdt balance bank wallet salary payroll invoice transaction refund account order stock stocks shares position positions token tokens dividend bond loan etf coin sepa swift ach iban venmo paypal zelle stripe',
);

function rows(act: Act, words: string): [string, Act][] {
  return words
    .trim()
    .split(/\s+/)
    .map((word): [string, Act] => [word, act]);
}
