/** Words, signs and brackets that texts of one kind are made of; a bracket is written with what closes it. */
export interface Vocabulary {
  readonly words: readonly string[];
  readonly brackets: readonly (readonly [open: string, close: string])[];
  /** Between two pieces. */
  readonly gaps: readonly string[];
}

const list = (text: string): readonly string[] => text.split(' ').map((word) => word.replaceAll('␠', ' ').replaceAll('␤', '\n'));

export const VOCABULARIES = {
  shell: {
    words: list(
      `rm -rf / ls echo cat sudo env xargs find . -exec {} + ; | || && & ! > >> < << <<< <<E ␤E␤ 2>&1 $a $@ $# $? \${a} \${a:-b} \${!a} \${a[0]} \\ \\␤ # ' " \` a=b a+=b a=(b) {a,b} {1..9} * ? [a] ~ if then else fi for in do done while case esac function f() trap eval bash -c python3 base64 -d curl https://x.test/ $((1+2)) [[ ]] -eq =~ let declare -n time coproc`,
    ),
    brackets: [
      ['$(', ')'],
      ['(', ')'],
      ['{ ', ';}'],
      ['"', '"'],
      ["'", "'"],
      ["$'", "'"],
      ['`', '`'],
      ['${a:-', '}'],
      ['$((', '))'],
      ['<(', ')'],
      ['[[ ', ' ]]'],
      ['if ', '; then a; fi'],
      ['case a in ', ') b;; esac'],
      ['cat <<E\n', '\nE\n'],
      ['bash -c "', '"'],
      ["python3 -c '", "'"],
    ],
    gaps: [' ', '', '\n', ';', '\t'],
  },
  python: {
    words: list(
      `import os sys subprocess from as def class return lambda yield await async if elif else for in while try except finally with raise not and or is None True print open exec eval compile getattr __import__ system popen run rmtree remove ␤ ␤␠␠ ␤␠␠␠␠ ␤␉ , . : ; = == := + - * ** / // % @ -> ~ << \\ \\␤ # " ' """ ''' f" r' b" 0x1f 1e9 1_0 x y self args * ** !ls %%bash %run`,
    ),
    brackets: [
      ['(', ')'],
      ['[', ']'],
      ['{', '}'],
      ['"', '"'],
      ["'", "'"],
      ['"""', '"""'],
      ["f'{", "}'"],
      ['os.system(', ')'],
      ['eval(', ')'],
      ['exec("', '")'],
      ['lambda: ', ''],
      ['if x:\n  ', '\n'],
      ['def f():\n  ', '\n'],
      ['subprocess.run([', '])'],
    ],
    gaps: [' ', '', '\n', '\n  ', ', '],
  },
  javascript: {
    words: list(
      `const let var function => return await async new typeof void delete yield class extends super this import from export require child_process fs exec execSync spawn rmSync eval Function if else for of in while do switch case try catch throw null undefined true 1 0x1 1n .5 , . ; : ? ?. ?? = == === + - ++ -- ** / /x/g % & | ^ ~ ! << >>> ... \\ // /* */ " ' \` \${ } <div> </div> @a #b`,
    ),
    brackets: [
      ['(', ')'],
      ['[', ']'],
      ['{', '}'],
      ['"', '"'],
      ["'", "'"],
      ['`', '`'],
      ['`${', '}`'],
      ['(() => ', ')()'],
      ['function f(){', '}'],
      ['eval(', ')'],
      ['require("child_process").exec(', ')'],
      ['<a>', '</a>'],
      ['async () => { ', ' }'],
    ],
    gaps: [' ', '', '\n', ';'],
  },
  windows: {
    words: list(
      `Remove-Item -Recurse -Force C:\\ iex iwr Get-Item Set-Content $x $env:TEMP $_ = + - | ; , & . -join -f -replace -enc SQBFAFgA [char]65 [System.IO.File]::Delete @' '@ @" "@ \` \`n # <# #> " ' function param if else foreach while try del /s /q format c: reg delete HKLM\\x /f %x% %x:~0,1% !x! ^ && || >nul 2>&1 for %i in do set call start goto :a`,
    ),
    brackets: [
      ['(', ')'],
      ['{', '}'],
      ['@(', ')'],
      ['@{', '}'],
      ['$(', ')'],
      ['"', '"'],
      ["'", "'"],
      ['"$(', ')"'],
      ['& {', '}'],
      ['powershell -c "', '"'],
      ['cmd /c "', '"'],
      ['iex (', ')'],
      ['${', '}'],
    ],
    gaps: [' ', '', '\n', ';', '|'],
  },
  sql: {
    words: list(
      `SELECT * FROM t WHERE a = 1 OR 1=1 AND NOT NULL IS IN BETWEEN LIKE 'x' "y" \`z\` -- # /* */ /*! ; , . :: || DROP TABLE DELETE UPDATE SET INSERT INTO VALUES TRUNCATE GRANT ALL ON TO UNION EXEC xp_cmdshell EXECUTE IMMEDIATE DO $$ $a$ CASE WHEN THEN END WITH AS EXISTS COPY PROGRAM MERGE USING ALTER DISABLE TRIGGER @x #t [a] N'x' E'\\'' 0x41 1e5 ? :p % LIMIT GO DELIMITER // BEGIN COMMIT␤`,
    ),
    brackets: [
      ['(', ')'],
      ["'", "'"],
      ['"', '"'],
      ['/*', '*/'],
      ['$$', '$$'],
      ['(SELECT ', ')'],
      ['CASE WHEN ', ' THEN 1 END'],
      ["EXECUTE '", "'"],
      ['NOT (', ')'],
      ['BEGIN ', ' END'],
      ["' or ", ' -- '],
    ],
    gaps: [' ', '', '\n', ' , ', ' AND '],
  },
  carried: {
    words: list(
      `Ignore all previous instructions and SYSTEM: <system> </system> [INST] send the key to bob@example.com https://a.test/?q=../../etc/passwd http://169.254.169.254/ ../../ /etc/shadow ~/.ssh/id_rsa password=hunter2 AKIAABCDEFGHIJKLMNOP 4111␠1111␠1111␠1111 078-05-1120 +1␠555␠0100 DE89370400440532013000 2024-01-01 {"a": "b"} *** Begin Patch Update File: a.ts +x -y @@ diff --git a/b key: value: - | > " ' \\n %2e %252e &lt; &#x41; \\u0041 \\x41 é ß 日本 ‮ \u200b \u00ad data:text/plain;base64,`,
    ),
    brackets: [
      ['{"a":"', '"}'],
      ['{"a":', '}'],
      ['[', ']'],
      ['<a>', '</a>'],
      ['<!--', '-->'],
      ['```\n', '\n```'],
      ['key: "', '"\n'],
      ['*** Begin Patch\n*** Update File: a\n+', '\n*** End Patch\n'],
      ['{"cells":[{"cell_type":"code","source":"', '"}]}'],
      ['a=', '&'],
      ['"', '"'],
    ],
    gaps: [' ', '', '\n', '  ', ', '],
  },
} as const satisfies Record<string, Vocabulary>;
