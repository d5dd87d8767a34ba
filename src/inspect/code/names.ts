import type { CodeLanguage } from './machine.ts';

/** Other names of the same modules. */
const SAME: Readonly<Record<CodeLanguage, readonly (readonly [RegExp, string])[]>> = {
  python: [
    [/^(?:builtins|__builtins__|__builtin__)(?:\.__dict__)?\.(?=.)/, ''],
    [/^(?:posix|nt)(?=\.|$)/, 'os'],
    [/^os\.environb?(?=\.|$)/, 'environ'],
    [/^(?:posixpath|ntpath)(?=\.|$)/, 'os.path'],
    [/^(?:io|codecs|aiofiles)\.open(?=$|\(|\.)/, 'open'],
    [/^os\.open(?=$|\(|\.)/, 'open'],
    [/^(?:cPickle|_pickle)(?=\.|$)/, 'pickle'],
    [/^importlib\.__import__$/, '__import__'],
    [/^codecs\.(?:getdecoder|getencoder)\(\)/, 'codecs.decode'],
    [
      /^(?:psycopg2?|psycopg2?\.extensions|MySQLdb|pymysql|mysql\.connector|pyodbc|duckdb|oracledb|cx_Oracle|snowflake\.connector|sqlalchemy)(?=\.)/,
      'database',
    ],
    [/^(?:sqlite3|aiosqlite|asyncpg)(?=\.)/, 'database'],
    [/^_posixsubprocess(?=\.|$)/, 'subprocess'],
    [/^asyncio\.subprocess\.create_/, 'asyncio.create_'],
    [/\.__(?:call|func|self)__$/, ''],
  ],
  javascript: [
    [/^(?:globalThis|global|window|self|root)\.(?=.)/, ''],
    [/^node:/, ''],
    [/^(?:process|Deno|Bun|import\.meta)\.env(?=\.|$)/, 'environ'],
    [/^set(?:Timeout|Interval|Immediate)$/, 'timer'],
    [/^fs\/promises(?=\.|$)/, 'fs'],
    [/^(?:fs-extra|graceful-fs|original-fs)(?=\.|$)/, 'fs'],
    [/^fs\.promises(?=\.|$)/, 'fs'],
    [/^(?:process\.mainModule|module|require\.main)\.require$/, 'require'],
    [/^module\.constructor\._load$|^process\.binding$|^module\._load$/, 'require'],
    [/^module\.createRequire\(\)$/, 'require'],
    [/\.default(?=\.|$|\()/g, ''],
    [/^(?:better-sqlite3|sqlite3|pg|mysql2?|mysql2\/promise|mariadb|tedious|mssql|postgres|bun:sqlite|node:sqlite|sqlite)(?=[.(])/, 'database'],
    [/^(?:path\.posix|path\.win32)(?=\.)/, 'path'],
  ],
};

/** One name for what has several. */
export function canonical(path: string, language: CodeLanguage): string {
  let name = path;
  for (const [pattern, by] of SAME[language]) name = name.replace(pattern, by);
  return name;
}
