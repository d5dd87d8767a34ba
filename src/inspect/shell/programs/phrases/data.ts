import { phrases } from './phrase.ts';

const LOST = { operation: 'delete', category: 'database' } as const;

/** Calls that empty, drop, overwrite or roll back whole databases, and that empty stores of other kinds. */
export const DATA = phrases(
  `
goose: ~ reset | ~ down-to 0
migrate golang-migrate: ~ drop | ~ down -all/--all
flyway: ~ clean
liquibase: ~ drop-all | ~ dropAll | ~ rollback-count | ~ rollback-to-date
dbmate: ~ drop | ~ down
sqlx: database drop | database reset
diesel: database reset | database drop
sea-orm-cli: migrate fresh | migrate reset | migrate refresh
tern: ~ migrate * --destination=0
atlas: schema clean
alembic: ~ downgrade base
flask: ~ db downgrade base | ~ drop_all | ~ drop-all
django django-admin manage.py: ~ flush | ~ migrate * zero | ~ reset_db
prisma: migrate reset | db push --force-reset/--accept-data-loss
drizzle-kit: push --force | drop
typeorm: ~ schema:drop | ~ schema:sync
mikro-orm: schema:drop | schema:fresh | migration:fresh | database:drop
sequelize sequelize-cli: ~ db:drop | ~ db:migrate:undo:all
knex: ~ migrate:rollback --all | ~ migrate:down
doctrine bin/console console: ~ doctrine:database:drop | ~ doctrine:schema:drop | ~ doctrine:fixtures:load
phinx: rollback -t 0 | ~ rollback --target=0
artisan: migrate:fresh | migrate:reset | db:wipe
mix: ecto.drop | ecto.reset | ecto.rollback --all
rails rake: ~ db:drop* | ~ db:reset* | ~ db:purge* | ~ db:schema:load* | ~ db:migrate:reset | ~ db:truncate_all
dotnet: ef database drop
dotnet-ef: database drop
hasura: ~ metadata clear
supabase: db reset --linked/--db-url | projects delete | link --delete | branches delete
mongoimport: --drop
mongorestore: --drop
patronictl: ~ remove | ~ failover | ~ reinit
stolonctl: ~ clusterdata | ~ init
repmgr: ~ node rejoin | ~ cluster cleanup
pg_resetxlog: 
pgbackrest: ~ stanza-delete | ~ restore | ~ expire
barman: delete | recover
wal-g: delete | backup-fetch
velero: restore create --from-backup | ~ delete
etcdctl: ~ snapshot restore | ~ del
etcdutl: ~ snapshot restore
consul: snapshot restore | kv delete -recurse
vault: operator raft remove-peer | operator step-down | ~ kv destroy | ~ kv metadata delete | ~ secrets disable | operator seal | ~ lease revoke -prefix
nomad: system gc
restic: ~ forget | ~ prune | ~ unlock --remove-all
kopia: ~ snapshot delete | ~ repository delete
borg: ~ delete | ~ prune
curator_cli: ~ delete_indices | ~ delete-indices
redis-cli valkey-cli: ~ flushall | ~ flushdb | ~ FLUSHALL | ~ FLUSHDB
kafka-storage kafka-storage.sh: format
rabbitmqctl: ~ reset | ~ force_reset | ~ purge_queue | ~ delete_vhost
nodetool: ~ decommission | ~ removenode | ~ assassinate
couchbase-cli: ~ bucket-flush | ~ bucket-delete | ~ reset-cipher-suites
influx: ~ bucket delete | ~ delete --bucket
influxd: restore
clickhouse-backup: ~ delete | ~ restore --rm/--drop
mysqladmin mariadb-admin: ~ drop | ~ shutdown
mysql_install_db mysqld: --initialize/--initialize-insecure
terraform tofu: ~ plan -destroy -out | ~ apply -destroy
pulumi: ~ destroy | ~ down
cdk: ~ destroy
sam: ~ delete
serverless sls sst: ~ remove
sfdisk: --delete | -f/--force
blockdev: --setrw/--setro/--rereadpt/--flushbufs
hdparm: --security-erase*
sg_format: 
MpCmdRun: -RemoveDefinitions
heroku: config:unset * | maintenance:on | releases:rollback | ps:stop* | ps:kill* | pg:killall* | features:disable* | labs:disable* | buildpacks:clear* | domains:clear* | keys:clear* | pg:promote* | pg:copy* | repo:purge_cache*
npm pnpm yarn: team destroy | team rm | org rm | token revoke | hook rm | profile disable-2fa
ipset: flush | destroy
ebtables arptables: -F/--flush | -X
iptables-restore ip6tables-restore: 
dconf: reset -f
gsettings: reset-recursively
killall5: 
opensearch-cli: ~ delete
kubectl oc k: apply --force | ~ certificate deny
doctl: ~ power-off | ~ shutdown
az: ~ vm redeploy | ~ vm reimage
etckeeper: uninit
git-annex: ~ drop --force
fly flyctl: secrets unset * | ~ scale count 0
netlify: env:unset *
vercel: env rm * | env remove *
gh: workflow disable | pr merge --admin | pr close -d/--delete-branch | repo rename
aws: ~ ec2 stop-instances | ~ ec2 reboot-instances | ~ rds stop-* | ~ s3 mv --recursive | ~ ecs stop-task | ~ glue stop-* | ~ autoscaling suspend-processes
gcloud: ~ instances stop | ~ instances suspend | ~ sql instances patch --no-backup
az: ~ vm stop | ~ webapp stop | ~ functionapp stop
helm: rollback
kubectl oc k: rollout undo | config delete-context | config delete-cluster | config unset
k3s-uninstall.sh k3s-agent-uninstall.sh rke2-uninstall.sh: 
minikube: delete --all/--purge
kind: delete clusters -A/--all
serf: leave
terraform tofu: ~ apply -replace | ~ init -force-copy
dscl: ~ -delete
fsck e2fsck fsck.ext4 xfs_repair: -y
losetup: -D/--detach-all
tune2fs: -O
fallocate: -p/--punch-hole | -c/--collapse-range | -z/--zero-range
update-alternatives: --remove-all
telinit init: 1 | s | S
svn: delete -m/--message | rm -m/--message
p4: ~ obliterate
hg: ~ strip | ~ purge | ~ rollback
puppet: ~ ensure=absent
zookeeper-shell zookeeper-shell.sh zkCli: ~ deleteall | ~ rmr
hdfs: dfs -rmr | dfs -rm -r | dfs -rm -R | namenode -format | dfs -expunge | dfsadmin -deleteSnapshot | dfsadmin -finalizeUpgrade
hadoop: fs -rmr | fs -rm -r | fs -rm -R | dfs -rmr | namenode -format
memcached-tool memctl: ~ flush_all | ~ flush
memcflush memrm: 
influxd-ctl: remove-data | kill-shard | remove-shard
promtool: ~ delete
prometheus: --storage.tsdb.wipe
neo4j-admin: ~ load --overwrite-destination/--force | ~ restore --overwrite-destination/--force
elasticsearch-reset-password: 
elasticsearch-node: repurpose | detach-cluster | unsafe-bootstrap | remove-customs
mongod: --repair | --shutdown
nodetool: drain | stopdaemon | disablegossip | truncatehints
cockroach: node decommission | node drain | sql --execute=DROP*
proxmox-backup-client: forget | snapshot forget | prune
jenkins-cli: delete-* | quiet-down | safe-shutdown | shutdown
jenkins-cli.jar: ~ delete-job | ~ delete-builds | ~ shutdown
gitlab-backup: restore
git-annex: ~ dead | ~ dropunused --force
git: annex drop --force | annex dropunused --force | lfs prune --force | read-tree -u --reset | notes prune
bfg bfg.jar: --delete-folders | --delete-files | --strip-blobs-bigger-than
hg: update -C/--clean | up -C/--clean | revert -a/--all
svn: revert -R/--recursive | cleanup --remove-unversioned
jj: abandon | op restore | op abandon
fossil: ~ scrub
az: ~ deployment * create Complete --mode | ~ deployment * create --mode=Complete
k3d: cluster delete -a/--all
civo: ~ remove | ~ delete
packer: build -force/-force=true
ansible-playbook ansible: ~ state=absent -e/--extra-vars
fly flyctl: postgres detach
vercel: rollback | domains move
heroku: addons:detach | apps:leave | apps:rename | auth:2fa:disable | certs:auto:disable | ci:config:unset * | pg:backups:restore | pg:backups:unschedule | pg:kill | pg:push | pg:unfollow | pg:upgrade | redis:promote | reviewapps:disable
fly flyctl: apps move | ips release | machine stop | machine kill | machines stop | machines kill | pg failover | postgres failover | wireguard reset | postgres import
netlify: api delete* | db reset
aws: ~ *reboot-db-* | ~ *failover-db-* | ~ rds promote-* | ~ rds restore-* | ~ cognito-idp admin-delete-user | ~ cognito-idp admin-disable-user | ~ redshift pause-cluster | ~ account close* | ~ organizations close-account | ~ lambda put-function-concurrency 0 | ~ logs put-retention-policy
az: ~ stop | ~ force-reboot | ~ keys renew | ~ vmss scale --new-capacity=0 | ~ vmss scale 0 --new-capacity | ~ sql db restore | account clear
gcloud: ~ stop * | ~ resize --size=0 | ~ resize 0 --size | ~ sql instances restart | ~ sql instances failover | ~ sql instances restore-backup | ~ dataflow jobs cancel | ~ transaction execute | ~ subscriptions seek
terragrunt: destroy-all | apply-all | run-all apply | run --all destroy | run --all apply
limactl colima: delete
docker podman: trust revoke
pg_rewind: 
trash-empty: 
gio: trash --empty
asr: restore --erase
loginctl: terminate-user | terminate-session | terminate-seat | kill-user | kill-session
forever: stopall
7z 7za 7zz: ~ a -sdel
kubectl oc k: ~ patch *replicas*:0* -p/--patch | ~ patch *replicas*:?0* -p/--patch
dotnet: ef migrations remove --force
gh: cache delete -a/--all
rman: ~ delete
sqlplus: ~ @*drop* | ~ @*wipe* | ~ @*truncate*
tsh: ~ rm
flatpak: remote-delete --force
firebase: firestore:delete -r/--recursive | remoteconfig:rollback
`,
  { code: 'DATABASE_DESTROY', risk: 'HIGH', more: LOST },
);
