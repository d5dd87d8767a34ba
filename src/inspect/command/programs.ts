const set = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Programs whose name after a separator is enough: they are no words of English. */
export const PLAIN_PROGRAMS = set(
  'rm dd mkfs chmod chown wget curl nc ncat netcat socat bash sh zsh ksh dash csh tcsh perl python python2 python3 ruby php node lua awk gawk sed whoami uname ifconfig ipconfig netstat ps passwd nslookup dig ping ping6 traceroute tracert telnet ftp tftp ssh scp rsync useradd adduser usermod systemctl crontab xargs tee base64 xxd printenv getent lsof mkfifo mknod ln cp mv ls pwd id cmd powershell pwsh certutil bitsadmin wmic tasklist taskkill systeminfo reg regsvr32 rundll32 mshta cscript wscript dir del attrib icacls openssl gcc tar gzip zip unzip nmap mysql psql sqlite3 sudo su busybox phpinfo sysinfo iptables arp hostname uptime netsh schtasks dmesg mount umount fdisk insmod modprobe reboot halt poweroff shutdown kill killall pkill net.exe whoami.exe ver vol ipconfig.exe md5 cat tac',
);

/** Programs that are also words: they need an argument a shell would take, or nothing else beside them. */
export const WORDY_PROGRAMS = set(
  'echo sleep type more less head tail find sort which who w last env export time date at touch mail print printf system exec eval read net start copy move host test id route sc query wait for while if true false',
);
