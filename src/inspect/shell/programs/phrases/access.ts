import { phrases } from './phrase.ts';

const ADMIN = { operation: 'admin' } as const;
const table = phrases(
  `
newusers: 
pw: useradd | usermod | groupmod | ~ add
sysadminctl: -addUser | -resetPasswordFor | -newPassword
dscl: ~ -create/create | ~ -passwd/passwd | ~ -append/append
dseditgroup: -a
dsenableroot: 
chsh: -s/--shell
samba-tool: user create | user add | group addmembers
smbpasswd: -a
htpasswd: 
ipa: user-add | group-add-member | role-add-member
aws: ~ iam create-user | ~ iam create-access-key | ~ iam create-role | ~ iam create-login-profile | ~ iam attach-* | ~ iam put-* | ~ iam add-* | ~ iam update-assume-role-policy | ~ iam update-login-profile | ~ iam create-policy* | ~ iam set-default-policy-version | ~ iam deactivate-mfa-device | ~ iam upload-ssh-public-key | ~ organizations * | ~ s3api put-bucket-* | ~ s3api put-object-acl | ~ s3api delete-public-access-block | ~ s3control put-public-access-block | ~ kms create-grant | ~ kms put-key-policy | ~ lambda add-permission | ~ ec2 authorize-security-group-* | ~ ec2 modify-image-attribute | ~ ec2 modify-snapshot-attribute | ~ rds modify-db-snapshot-attribute | ~ ecr set-repository-policy | ~ secretsmanager put-resource-policy | ~ sns add-permission | ~ sqs add-permission | ~ cognito-idp admin-create-user | ~ cognito-idp admin-set-user-password | ~ cognito-idp admin-add-user-to-group | ~ sso-admin create-account-assignment | ~ iam create-service-linked-role | ~ ec2 import-key-pair | ~ ec2 create-key-pair
gcloud: ~ keys create | ~ add-iam-policy-binding | ~ set-iam-policy | ~ service-accounts create | ~ roles create | ~ firewall-rules create | ~ os-login ssh-keys add | ~ add-metadata | ~ sql users create | ~ sql users set-password | ~ identity groups memberships add | ~ allUsers
gsutil: iam ch | acl ch | acl set | defacl * | iam set | hmac create
az: role assignment create | role definition create | ad sp create* | ad app create | ad user create | ad app credential reset | ad sp credential reset | ad group member add | keyvault set-policy | storage container set-permission | ~ user create | ~ nsg rule create | ~ update-credentials | vm user update | aks update --enable-cluster-autoscaler | network nsg rule create | account management-group *
doctl: compute ssh-key import | compute ssh-key create | databases user create | compute firewall add-rules
kubectl oc k: create clusterrolebinding | create rolebinding | create clusterrole | adm policy add-* | certificate approve | auth reconcile | annotate serviceaccount
gh: repo edit --visibility | repo deploy-key add | ssh-key add | gpg-key add | auth refresh | org add
glab: ssh-key add | deploy-key add
heroku: access:add | keys:add | members:add | authorizations:create | certs:add
fly flyctl: orgs invite | tokens create
vercel: teams invite | tokens add
mysqladmin: password
createuser: 
vault bao: policy write | write auth/* | token create
consul: acl token create | acl policy create
nomad: acl token create
tailscale: set --ssh | up --ssh
docker: swarm join-token | swarm init
rabbitmqctl: add_user | set_user_tags | set_permissions | change_password
redis-cli: acl setuser
mc: admin user add | admin policy attach | anonymous set | policy set
setfacl: -m -R | ~ o:*w*
chattr: -i/-a/+i/-R
usermod: -G/-aG/-g -a | -o | -p/--password | -U/--unlock
gpasswd: -a/-A/-M
xhost: +
visudo: -f/--file
`,
  { code: 'SHELL_PRIVILEGE', risk: 'HIGH', more: ADMIN },
);

/** Calls that give somebody rights, make accounts or hand out keys. */
export const ACCESS = table;
