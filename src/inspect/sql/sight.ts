import type { Operation, Risk } from '../../kernel/finding.ts';
import type { Token } from './lex.ts';

/** What stands between two semicolons. */
export interface Statement {
  readonly tokens: readonly Token[];
  /** Its first word, upper-case; `` when it begins with something else. */
  readonly verb: string;
  /** It defines what the same text then calls. */
  readonly called?: boolean;
  /** Tables the text has made for itself, lower-case. */
  readonly temporaries?: ReadonlySet<string>;
}

/** One thing seen in a statement; `token` is where. */
export interface Sight {
  readonly code: string;
  readonly risk: Risk;
  readonly operation: Operation;
  readonly token: Token;
  readonly inspected?: boolean;
  /** A limit of the reader was reached: no other grammar's reading stands for it. */
  readonly limit?: true;
}
