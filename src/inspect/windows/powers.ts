import type { Seen } from '../shell/call.ts';
import { harm } from '../shell/call.ts';

/** Words that together say what is done, wherever they stand. */
export const POWERS: readonly (readonly [readonly RegExp[], Seen])[] = [
  [[/amsiutils|amsiinitfailed|amsiscanbuffer|amsicontext/], harm('SHELL_DEFENCE_DISABLE', 'HIGH')],
  [
    [/tcpclient/, /getstream/, /\biex\b|invoke-expression|scriptblock\]::create|\bcmd\b/],
    harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }),
  ],
  [
    [/virtualalloc|createthread|getdelegateforfunctionpointer|createremotethread|writeprocessmemory|queueuserapc/],
    harm('UNINSPECTABLE', 'HIGH', { inspected: false }),
  ],
  [
    [/minidumpwritedump|sekurlsa|lsadump|invoke-mimikatz|dumpcreds|\bkerberoast/],
    harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' }),
  ],
  [[/win32_shadowcopy/, /\.delete\(|remove-wmiobject|remove-ciminstance/], harm('SHELL_VOLUME_DESTROY', 'HIGH', { operation: 'delete' })],
  [[/\[wmiclass\]|win32_process/, /\.create\(/], harm('SHELL_HATCH', 'HIGH')],
  [
    [/reflection\.assembly\]::load(?:file|from|withpartialname)?\(\s{0,8}(?:\$|\[convert|\(|\[system\.convert)/],
    harm('SHELL_DECODE_EXECUTE', 'HIGH', { inspected: false }),
  ],
  [[/clearlog\(|eventlogsession/, /clear/], harm('SHELL_LOG_CLEAR', 'HIGH', { operation: 'delete' })],
  [[/registertaskdefinition|schedule\.service/], harm('SHELL_PERSISTENCE', 'HIGH')],
  [[/startup/, /createshortcut/], harm('SHELL_PERSISTENCE', 'HIGH')],
  [[/__eventfilter|commandlineeventconsumer|activescripteventconsumer/], harm('SHELL_PERSISTENCE', 'HIGH')],
  [[/-stream\b/, /\biex\b|invoke-expression/], harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false })],
  [
    [/add-type\b/, /downloadstring|downloaddata|invoke-webrequest|\biwr\b|invoke-restmethod|\birm\b/],
    harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' }),
  ],
  [
    [/historysavepath/, /remove-item|clear-content|set-content|\bdel\b|\bri\b|\brm\b|out-null/],
    harm('SHELL_HISTORY_CLEAR', 'HIGH', { operation: 'delete' }),
  ],
  [
    [/wscript\.shell|shell\.application|mmc20\.application|shellwindows|shellbrowserwindow/, /\.(?:run|exec|shellexecute|executeshellcommand)\(/],
    harm('SHELL_HATCH', 'HIGH'),
  ],
  [[/wsman:/, /trustedhosts/, /set-item|\bsi\b/], harm('SHELL_FIREWALL_OPEN', 'HIGH')],
  // A file of one's own folders, or a credential of the environment, in the body of a request.
  [
    [
      /-body\s{0,4}\(?\s{0,4}\(?(?:get-content|gc|cat|type|\[(?:system\.)?io\.file\]::read\w{1,20}\()\s{0,4}(?:-path\s{1,4}|-raw\s{1,4}){0,2}["']?(?:[a-z]:\\|\$env:(?:userprofile|appdata|localappdata)|~|\\\\)/,
      /invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b/,
    ],
    harm('SHELL_UPLOAD', 'HIGH', { category: 'network', operation: 'send' }),
  ],
  [
    [
      /(?:-body\b[^;|\n]{0,120}|(?:^|[;\n|])\s{0,8})\$env:\w{0,40}(?:token|secret|passw|credential|api_?key|access_?key|private)/,
      /invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b/,
      /-body|\|\s{0,8}(?:invoke|iwr|irm)/,
    ],
    harm('SHELL_SECRET_EXFILTRATION', 'HIGH', { category: 'network', operation: 'send' }),
  ],
];
