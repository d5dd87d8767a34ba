/** What code of either language says, as far as its effects need it. Evaluated, never run. */
export type Expr =
  | { readonly type: 'text'; readonly text: string; readonly bytes?: boolean }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'flag'; readonly value: boolean }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'member'; readonly of: Expr; readonly name: string }
  | { readonly type: 'index'; readonly of: Expr; readonly key: Expr }
  | { readonly type: 'slice'; readonly of: Expr; readonly bounds: readonly (Expr | undefined)[] }
  | { readonly type: 'call'; readonly callee: Expr; readonly args: readonly Argument[]; readonly template?: boolean }
  /** Texts put one behind the other: formatted strings, templates. */
  | { readonly type: 'join'; readonly parts: readonly Expr[] }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'minus'; readonly of: Expr }
  | { readonly type: 'list'; readonly items: readonly Expr[] }
  | { readonly type: 'map'; readonly entries: readonly { readonly key: Expr | undefined; readonly value: Expr }[] }
  | { readonly type: 'function'; readonly parameters: readonly Parameter[]; readonly body: readonly Statement[] }
  | { readonly type: 'each'; readonly item: Expr; readonly loops: readonly { readonly target: Expr; readonly over: Expr }[] }
  | { readonly type: 'either'; readonly options: readonly Expr[] }
  | { readonly type: 'assign'; readonly target: Expr; readonly value: Expr }
  | { readonly type: 'spread'; readonly of: Expr }
  /** Evaluated for what it does; its value is not known. */
  | { readonly type: 'several'; readonly items: readonly Expr[]; readonly last?: boolean }
  | { readonly type: 'module'; readonly path: string };

export interface Argument {
  readonly name?: string;
  readonly value: Expr;
}

export interface Parameter {
  readonly target: Expr;
  readonly otherwise?: Expr | undefined;
  readonly rest?: boolean;
}

export type Statement =
  | { readonly type: 'run'; readonly value: Expr }
  | { readonly type: 'assign'; readonly target: Expr; readonly value: Expr }
  | { readonly type: 'import-all'; readonly module: string }
  | { readonly type: 'define'; readonly name: string; readonly function: Extract<Expr, { type: 'function' }>; readonly decorated: readonly Expr[] }
  | { readonly type: 'class'; readonly name: string; readonly bases: readonly Expr[]; readonly body: readonly Statement[] }
  | { readonly type: 'loop'; readonly target?: Expr; readonly over?: Expr; readonly body: readonly Statement[] }
  | { readonly type: 'branch'; readonly bodies: readonly (readonly Statement[])[] }
  | { readonly type: 'return'; readonly value: Expr };

export const NOTHING: Expr = { type: 'several', items: [] };

export interface Program {
  readonly body: readonly Statement[];
  /** The grammar had to skip something. */
  readonly broken: boolean;
}
