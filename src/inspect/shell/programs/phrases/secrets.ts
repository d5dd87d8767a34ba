import { phrases } from './phrase.ts';

/** Calls that print, export or decrypt credentials. */
export const SECRETS = phrases(
  `
kubectl oc k: get secret* -o/--output | get secret* --template/--show-managed-fields | ~ view-secret | config view --raw | create token
gh: auth token | auth status -t/--show-token
glab: auth status -t/--show-token | config get token
hub: api user/tokens
aws: secretsmanager get-secret-value | secretsmanager batch-get-secret-value | ssm get-parameter* --with-decryption | configure export-credentials | configure get aws_secret_access_key | sts get-session-token | sts assume-role* | sts get-federation-token | ecr get-login* | eks get-token | codeartifact get-authorization-token | rds generate-db-auth-token | kms decrypt | iam get-credential-report | lightsail get-*-key* | cognito-idp admin-initiate-auth | sso get-role-credentials | redshift get-cluster-credentials | lambda get-function-configuration | ec2 get-password-data | apigateway get-api-key* --include-value
gcloud: secrets versions access | auth print-access-token | auth print-identity-token | auth application-default print-access-token | config config-helper | kms decrypt | iam service-accounts sign-jwt | iam service-accounts sign-blob | beta auth print-access-token
az: keyvault secret show | keyvault secret download | keyvault key download | keyvault certificate download | account get-access-token | ~ keys list | ~ list-keys | ~ show-connection-string | storage account generate-sas | storage container generate-sas | acr credential show | webapp deployment list-publishing-* | ad app credential list | cosmosdb keys list | redis list-keys | aks get-credentials --admin
doctl: auth token | databases connection | registry docker-config | kubernetes cluster kubeconfig show
heroku: config | config:get | auth:token | pg:credentials* | authorizations:info | authorizations:create
fly flyctl: auth token | tokens create* | tokens deploy | ssh issue
vercel: env ls --decrypt
netlify: env:list --plain
railway: variables --json
firebase: functions:config:get | functions:secrets:access | login:ci | auth:export
supabase: projects api-keys | secrets list --reveal
wrangler: auth token
terraform tofu opentofu terragrunt: output -json | state pull
pulumi: config get | config --show-secrets | stack output --show-secrets | stack export --show-secrets
vault bao: kv get | read secret* | read database/creds/* | read aws/creds/* | token create | print token | operator init | operator generate-root | unwrap
op: read | item get | document get | signin --raw | inject
bw: get password | get item | get totp | get notes | export | list items | unlock --raw
pass gopass: show | otp | -c
lpass: show | export
keepassxc-cli: show | export | clip
rbw: get
dashlane dcli: password | note
gopass: show
doppler: secrets get | secrets download | configs tokens create
infisical: secrets get | export
chamber: read | export | list -e
akeyless: get-secret-value
conjur: variable get
chezmoi: secret*
sops: -d/--decrypt | decrypt | exec-env
age rage: -d/--decrypt
ansible-vault: view | decrypt
gpg gpg2: --export-secret-keys | --export-secret-subkeys | --export-secret-key
security: find-generic-password -w/-g | find-internet-password -w/-g | dump-keychain | export
secret-tool: lookup | search
kwallet-query: -r/--read-password
keyring: get
cmdkey: /list
vaultcmd: *
git: credential fill | credential-* get | config --get-all http.*.extraheader
helm: get values | get all | get manifest | get hooks
docker-credential-desktop docker-credential-osxkeychain docker-credential-secretservice docker-credential-pass docker-credential-helper: get | list
npm pnpm yarn: token create | config get //registry.npmjs.org/:_authToken | config get npmAuthToken
poetry: config pypi-token.pypi $
composer: config --auth
ssh-keygen: -y
consul: acl token read | acl bootstrap
nomad: acl token self | acl bootstrap | var get
boundary: credentials read
step: ca token | crypto jwt sign
teleport tctl: auth export | auth sign | tokens add
tsh: kube credentials
argocd: admin initial-password | account generate-token
rancher: token
snowsql: --generate-jwt
databricks: secrets get-secret | tokens create | auth token
mongocli atlas: iam apiKeys create
confluent: api-key create
stripe: config --list
twilio: profiles:list --show-secrets
circleci: context show-secret
travis: token | env list
jenkins-cli: get-credentials*
mimikatz mimipenguin pypykatz gcore procdump: 
lazagne laZagne: 
secretsdump.py: 
nmcli: -s/--show-secrets
netsh: wlan show profile* key=clear | wlan export profile* key=clear
`,
  { code: 'SHELL_SECRET_PRINT', risk: 'HIGH', more: { operation: 'read', category: 'data' } },
);
