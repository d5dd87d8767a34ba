import type { Machine } from './machine.ts';
import { enter, lookUp, step } from './machine.ts';
import { methodOf, parentOf } from './methods.ts';
import { canonical } from './names.ts';
import { binary, concatenated, elementsOf, indexed, sliced } from './operators.ts';
import { attributeOf } from './pure.ts';
import { reach } from './reach.ts';
import type { Argument, Expr } from './tree.ts';
import type { Given, Scope, Value } from './value.ts';
import { NOT_KNOWN, asText, either, optionsOf, originsOf, text, unknown } from './value.ts';

/** What an expression stands for. Everything it calls is called. */
export function evaluate(expr: Expr, scope: Scope, machine: Machine): Value {
  enter(machine);
  const value = worth(expr, scope, machine);
  machine.now.inside -= 1;
  return value;
}

function worth(expr: Expr, scope: Scope, machine: Machine): Value {
  switch (expr.type) {
    case 'text':
      return { is: 'text', text: expr.text, ...(expr.bytes === true ? { bytes: true } : {}) };
    case 'number':
      return { is: 'number', value: expr.value };
    case 'flag':
      return { is: 'flag', value: expr.value };
    case 'name':
      return named(expr.name, scope, machine);
    case 'module':
      return api(expr.path, machine);
    case 'member':
      return memberOf(evaluate(expr.of, scope, machine), expr.name, machine);
    case 'index':
      return at(evaluate(expr.of, scope, machine), evaluate(expr.key, scope, machine), machine);
    case 'slice':
      return sliced(
        evaluate(expr.of, scope, machine),
        expr.bounds.map((one) => (one === undefined ? undefined : evaluate(one, scope, machine))),
      );
    case 'call':
      return called(expr, scope, machine);
    case 'join':
      return expr.parts.reduce<Value>((made, part) => concatenated(made, evaluate(part, scope, machine), machine), text(''));
    case 'binary':
      return binary(expr.operator, evaluate(expr.left, scope, machine), evaluate(expr.right, scope, machine), machine);
    case 'minus': {
      const of = evaluate(expr.of, scope, machine);
      return of.is === 'number' ? { is: 'number', value: -of.value } : NOT_KNOWN;
    }
    case 'list':
      return listOf(expr, scope, machine);
    case 'map':
      return mapOf(expr, scope, machine);
    case 'function':
      return defined({ is: 'function', made: expr, scope }, scope, machine);
    case 'each':
      return each(expr, scope, machine);
    case 'either':
      return either(expr.options.map((one) => evaluate(one, scope, machine)));
    case 'assign': {
      const value = evaluate(expr.value, scope, machine);
      assign(expr.target, value, scope, machine);
      return value;
    }
    case 'spread':
      return evaluate(expr.of, scope, machine);
    case 'several': {
      const values = expr.items.map((one) => evaluate(one, scope, machine));
      return expr.last === true ? (values.at(-1) ?? NOT_KNOWN) : NOT_KNOWN;
    }
  }
}

export function defined(value: Extract<Value, { is: 'function' }>, scope: Scope, machine: Machine): Value {
  if (!machine.defined.has(value.made)) machine.defined.set(value.made, { value, scope });
  return value;
}

function api(path: string, machine: Machine): Value {
  const name = canonical(path, machine.language);
  return attributeOf(name) ?? { is: 'api', path: name };
}

function named(name: string, scope: Scope, machine: Machine): Value {
  const own = lookUp(name, scope);
  if (own !== undefined) return own;
  return api(name, machine);
}

/** `x.name`, where `x` may be a module, what an API gave, a text, an object. */
export function memberOf(of: Value, name: string, machine: Machine): Value {
  switch (of.is) {
    case 'either':
      return either(of.options.map((one) => memberOf(one, name, machine)));
    case 'api': {
      const path = canonical(`${of.path}.${name}`, machine.language);
      const known = attributeOf(path);
      return known ?? { is: 'api', path, ...(of.given === undefined ? {} : { given: of.given }) };
    }
    case 'map':
      return of.entries.get(name) ?? { is: 'method', of, name };
    case 'class':
      return of.members.get(name) ?? { is: 'method', of, name };
    case 'text':
      if (name === 'length') return { is: 'number', value: of.text.length };
      if (name === 'parent') return parentOf(of);
      if (name === 'name') return { ...of, text: of.text.slice(of.text.lastIndexOf('/') + 1) };
      return { is: 'method', of, name };
    case 'list':
      return name === 'length' ? { is: 'number', value: of.items.length } : { is: 'method', of, name };
    default:
      return { is: 'method', of, name };
  }
}

/** `x[key]`: of a module's dictionary and of an object it is a member. */
function at(of: Value, key: Value, machine: Machine): Value {
  if (of.is === 'api' && key.is === 'text') {
    const path = of.path.replace(/\.__dict__$/, '');
    if (path === 'sys.modules' || path === 'globals()' || path === 'locals()' || path === 'vars()')
      return path === 'sys.modules' ? api(key.text, machine) : named(key.text, machine.globals, machine);
    return memberOf({ ...of, path }, key.text, machine);
  }
  if (of.is === 'api') return { is: 'api', path: `${of.path}[]`, ...(of.given === undefined ? {} : { given: of.given }) };
  if (
    key.is === 'text' &&
    (of.is === 'class' ||
      of.is === 'function' ||
      of.is === 'method' ||
      of.is === 'unknown' ||
      (of.is === 'text' && machine.language === 'javascript') ||
      of.is === 'list')
  )
    return memberOf(of, key.text, machine);
  if (of.is === 'map' && key.is === 'text' && !of.entries.has(key.text)) return { is: 'method', of, name: key.text };
  return indexed(of, key);
}

function listOf({ items }: Extract<Expr, { type: 'list' }>, scope: Scope, machine: Machine): Value {
  const out: Value[] = [];
  let open = false;
  for (const item of items) {
    const value = evaluate(item, scope, machine);
    if (item.type !== 'spread') out.push(value);
    else {
      const spread = elementsOf(value);
      out.push(...spread.items);
      open ||= spread.open;
    }
  }
  return { is: 'list', items: out, ...(open ? { open } : {}) };
}

function mapOf({ entries }: Extract<Expr, { type: 'map' }>, scope: Scope, machine: Machine): Value {
  const map = new Map<string, Value>();
  for (const { key, value } of entries) {
    const made = evaluate(value, scope, machine);
    if (key === undefined) {
      if (made.is === 'map') for (const [name, inner] of made.entries) map.set(name, inner);
      else map.set(`…${String(map.size)}`, made);
      continue;
    }
    const name = asText(evaluate(key, scope, machine)).text;
    map.set(name, map.has(name) ? either([map.get(name) ?? NOT_KNOWN, made]) : made);
  }
  return { is: 'map', entries: map };
}

/** A comprehension: its item for each element, so far as they are known. */
function each(expr: Extract<Expr, { type: 'each' }>, scope: Scope, machine: Machine): Value {
  const inner: Scope = { names: new Map(), outer: scope };
  const out: Value[] = [];
  let open = false;
  const go = (depth: number): void => {
    const loop = expr.loops[depth];
    if (loop === undefined) {
      out.push(evaluate(expr.item, inner, machine));
      return;
    }
    const over = elementsOf(evaluate(loop.over, inner, machine));
    open ||= over.open;
    for (const item of over.items) {
      bind(loop.target, item, inner, machine);
      go(depth + 1);
    }
  };
  go(0);
  return { is: 'list', items: out, ...(open ? { open } : {}) };
}

/** A target takes a value; a name that may already hold one keeps both on a path that may not be taken. */
export function assign(target: Expr, value: Value, scope: Scope, machine: Machine): void {
  if (target.type === 'name') {
    const before = machine.now.maybe > 0 ? lookUp(target.name, scope) : undefined;
    scope.names.set(target.name, before === undefined ? value : either([before, value]));
    return;
  }
  if (target.type === 'list') {
    const { items, open } = elementsOf(value);
    target.items.forEach((one, i) => {
      const item =
        one.type === 'spread' ? ({ is: 'list', items: items.slice(i), ...(open ? { open } : {}) } as const) : (items[i] ?? items.at(-1) ?? NOT_KNOWN);
      assign(one.type === 'spread' ? one.of : one, item, scope, machine);
    });
    return;
  }
  if (target.type === 'map') {
    for (const { key, value: inner } of target.entries) {
      const name = key === undefined ? undefined : asText(evaluate(key, scope, machine)).text;
      assign(inner, name === undefined ? value : memberOf(value, name, machine), scope, machine);
    }
    return;
  }
  if (target.type === 'member') store(evaluate(target.of, scope, machine), target.name, value, machine);
  else if (target.type === 'index') store(evaluate(target.of, scope, machine), asText(evaluate(target.key, scope, machine)).text, value, machine);
  else if (target.type === 'binary') assign(target.left, value, scope, machine);
}

/** The same for a scope that is the target's own: a parameter, the element of a loop. */
export function bind(target: Expr, value: Value, scope: Scope, machine: Machine): void {
  const { maybe } = machine.now;
  machine.now.maybe = 0;
  assign(target, value, scope, machine);
  machine.now.maybe = maybe;
}

function store(of: Value, name: string, value: Value, machine: Machine): void {
  if (of.is === 'map') {
    const before = of.entries.get(name);
    of.entries.set(name, before === undefined || machine.now.maybe === 0 ? value : either([before, value]));
  } else if (of.is === 'class') of.members.set(name, value);
  else if (of.is === 'api' && of.path === 'environ')
    for (const one of optionsOf(value)) machine.seen.push({ see: 'env', name, value: asText(one).text });
}

function argumentsOf(args: readonly Argument[], scope: Scope, machine: Machine): Given[] {
  return args.flatMap(({ name, value }): Given[] => {
    const made = evaluate(value, scope, machine);
    if (value.type !== 'spread') return [name === undefined ? { value: made } : { name, value: made }];
    if (made.is === 'map') return [...made.entries].map(([key, inner]) => ({ name: key, value: inner }));
    return elementsOf(made).items.map((item) => ({ value: item }));
  });
}

function called(expr: Extract<Expr, { type: 'call' }>, scope: Scope, machine: Machine): Value {
  const callee = evaluate(expr.callee, scope, machine);
  const given = argumentsOf(expr.args, scope, machine);
  grows(expr, given, scope, machine);
  return invoke(callee, given, machine);
}

/** `xs.append(x)` and `xs.push(x)` change what the name holds. */
function grows({ callee }: Extract<Expr, { type: 'call' }>, given: readonly Given[], scope: Scope, machine: Machine): void {
  if (callee.type !== 'member' || !/^(?:append|push|extend|add|insert|unshift)$/.test(callee.name) || callee.of.type !== 'name') return;
  const list = lookUp(callee.of.name, scope);
  if (list?.is !== 'list' || list.items.length >= 512) return;
  const added = given.slice(callee.name === 'insert' ? 1 : 0).flatMap(({ value }) => (callee.name === 'extend' ? elementsOf(value).items : [value]));
  bind(
    callee.of,
    { ...list, items: callee.name === 'unshift' ? [...added, ...list.items] : [...list.items, ...added] },
    ownerOf(callee.of.name, scope),
    machine,
  );
}

function ownerOf(name: string, scope: Scope): Scope {
  for (let owner: Scope | undefined = scope; owner !== undefined; owner = owner.outer) if (owner.names.has(name)) return owner;
  return scope;
}

const MOST_DEPTH = 24;
/** A function that calls itself is followed so far: both sides of its conditions are read at every level, and levels multiply. */
const MOST_INSIDE_ITSELF = 2;

/** A call of whatever the callee stands for. */
export function invoke(callee: Value, given: readonly Given[], machine: Machine): Value {
  step(machine);
  switch (callee.is) {
    case 'either':
      return either(callee.options.map((one) => invoke(one, given, machine)));
    case 'function':
      return invokeFunction(callee, given, machine);
    case 'class':
      return construct(callee, given, machine);
    case 'method': {
      const bound = boundCall(callee, given, machine);
      return bound ?? methodOf(callee.of, callee.name, given, machine) ?? reach({ path: '', of: callee.of, name: callee.name, given }, machine);
    }
    case 'api': {
      const trailing = machine.language === 'javascript' && callee.path !== 'Reflect.apply' ? /^(.*)\.(?:call|apply|bind)$/.exec(callee.path) : null;
      if (trailing !== null)
        return (
          boundCall(
            { is: 'method', of: { ...callee, path: trailing[1] ?? '' }, name: callee.path.slice(callee.path.lastIndexOf('.') + 1) },
            given,
            machine,
          ) ?? NOT_KNOWN
        );
      return reach({ path: callee.path, name: callee.path.slice(callee.path.lastIndexOf('.') + 1), given, before: callee.given }, machine);
    }
    default:
      return reach({ path: '', of: callee, name: '', given }, machine);
  }
}

/** `f.call(self, x)`, `f.apply(self, [x])`, `f.bind(self)`, `f.__call__(x)`. */
function boundCall({ of, name }: Extract<Value, { is: 'method' }>, given: readonly Given[], machine: Machine): Value | undefined {
  if (of.is !== 'function' && of.is !== 'api' && of.is !== 'either' && of.is !== 'method') return undefined;
  if (name === '__call__') return invoke(of, given, machine);
  if (name === 'call') return invoke(of, given.slice(1), machine);
  if (name === 'apply')
    return invoke(
      of,
      elementsOf(given[1]?.value ?? NOT_KNOWN).items.map((value) => ({ value })),
      machine,
    );
  return name === 'bind' ? of : undefined;
}

function invokeFunction({ made, scope, self }: Extract<Value, { is: 'function' }>, given: readonly Given[], machine: Machine): Value {
  machine.defined.delete(made);
  const running = machine.running.get(made) ?? 0;
  if (machine.now.depth >= MOST_DEPTH || running > MOST_INSIDE_ITSELF) return unknown(given.flatMap((one) => originsOf(one.value)));
  const inner: Scope = { names: new Map(), outer: scope };
  const values = self !== undefined && machine.language === 'python' ? [{ value: self }, ...given] : given;
  if (self !== undefined) inner.names.set('this', self);
  const positional = values.filter((one) => one.name === undefined);
  made.parameters.forEach(({ target, otherwise, rest }, i) => {
    const named_ = target.type === 'name' ? values.find((one) => one.name === target.name) : undefined;
    const value =
      rest === true
        ? ({ is: 'list', items: positional.slice(i).map((one) => one.value) } as const)
        : (named_?.value ?? positional[i]?.value ?? (otherwise === undefined ? NOT_KNOWN : evaluate(otherwise, scope, machine)));
    bind(target, value, inner, machine);
  });
  const { depth, maybe } = machine.now;
  machine.now.depth = depth + 1;
  machine.running.set(made, running + 1);
  const value = machine.body(made.body, inner, machine);
  machine.running.set(made, running);
  Object.assign(machine.now, { depth, maybe });
  return value;
}

function construct({ members }: Extract<Value, { is: 'class' }>, given: readonly Given[], machine: Machine): Value {
  const self: Value = { is: 'map', entries: new Map() };
  for (const [name, value] of members) self.entries.set(name, value.is === 'function' ? { ...value, self } : value);
  const start = self.entries.get('__init__') ?? self.entries.get('constructor');
  if (start !== undefined) invoke(start, given, machine);
  return self;
}
