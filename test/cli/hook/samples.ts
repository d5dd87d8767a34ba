/** Settings files as people have them, written by hand. */
export const SAMPLES: Readonly<Record<string, string>> = {
  plain: '{\n  "model": "opus"\n}\n',
  empty: '',
  braces: '{}',
  'braces and a line': '{\n}\n',
  'no newline at the end': '{"permissions":{"allow":["Bash(ls:*)"]}}',
  tabs: '{\n\t"env": {\n\t\t"FOO": "1"\n\t},\n\t"hooks": {}\n}\n',
  'four spaces': '{\n    "hooks": {\n        "PreToolUse": []\n    },\n    "theme": "dark"\n}\n',
  crlf: '{\r\n  "model": "opus",\r\n  "hooks": {\r\n    "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }]\r\n  }\r\n}\r\n',
  bom: '\uFEFF{\n  "model": "opus"\n}\n',
  comments:
    '// mine\n{\n  /* which one */ "model": "opus", // the big one\n  "hooks": {\n    // before\n    "PreToolUse": [\n      { "matcher": "Bash", "hooks": [{ "type": "command", "command": "guard.sh" }] }, // first\n      { "matcher": "Edit", "hooks": [{ "type": "command", "command": "lint.sh" }] },\n    ],\n  },\n}\n// end\n',
  'on one line': '{ "hooks": { "PreToolUse": [ { "matcher": "Bash", "hooks": [ { "type": "command", "command": "a" } ] } ] } }\n',
  unicode: '{ "ünïcode": "日本 \\u00e9 🙂", "n": 1.50, "e": 1e3 }\n',
};

export const OURS = [
  {
    kind: 'append',
    at: ['hooks', 'PreToolUse'],
    value: { matcher: '*', hooks: [{ type: 'http', url: 'http://127.0.0.1:7411/v1/hooks/x/PreToolUse' }] },
  },
  { kind: 'append', at: ['hooks', 'PostToolUse'], value: { hooks: [{ type: 'http', url: 'http://127.0.0.1:7411/v1/hooks/x/PostToolUse' }] } },
  { kind: 'append', at: ['hooks', 'SessionEnd'], value: { hooks: [{ type: 'command', command: "/bin/sh -c 'x'" }] } },
] as const;
