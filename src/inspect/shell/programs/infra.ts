import type { ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import type { Options } from '../options.ts';
import { bareWords } from './service-verbs.ts';

const LOST = { operation: 'delete', category: 'network' } as const;

const terraform: ProgramReader = (call) => {
  if (isHelp(call.args)) return [];
  if (isDryRun(call.args)) return [];
  const [verb = '', second = '', third = ''] = bareWords(call.args);
  if (verb === 'output' && /secret|passw|token|credential|private|_key/i.test(second))
    return [harm('SHELL_SECRET_PRINT', 'HIGH', { operation: 'read', category: 'data' })];
  const flagged = (...names: string[]): boolean => call.args.some((arg) => names.includes(arg.text.replace(/^--/, '-')));
  const state = `${verb} ${second}`;
  if (verb === 'plan' || verb === 'show' || verb === 'validate') return [];
  if (verb === 'destroy' || (verb === 'apply' && flagged('-destroy'))) return [harm('INFRA_DESTROY', 'HIGH', LOST)];
  if ((verb === 'apply' || verb === 'up') && flagged('-auto-approve', '-auto-approve=true', '-yes'))
    return [harm('INFRA_APPLY', 'HIGH', { operation: 'deploy', category: 'network' })];
  const loses =
    /^(state (rm|push|mv|replace-provider)|workspace delete|taint .*|force-unlock .*|run-all destroy)$/.test(state) ||
    (verb === 'run' && third === 'destroy');
  return loses ? [harm('INFRA_STATE', 'HIGH', LOST)] : [];
};

const pulumi: ProgramReader = (call) => {
  if (isHelp(call.args)) return [];
  const [verb = '', second = ''] = bareWords(call.args);
  if (call.args.some((arg) => arg.text === '--preview-only')) return [];
  if (/^(destroy|down|dn|cancel)$/.test(verb)) return [harm('INFRA_DESTROY', 'HIGH', LOST)];
  if (verb === 'stack' && second === 'rm') return [harm('INFRA_DESTROY', 'HIGH', LOST)];
  if (verb === 'state' && /^(delete|unprotect)$/.test(second)) return [harm('INFRA_STATE', 'HIGH', LOST)];
  return /^(up|update)$/.test(verb) && call.args.some((arg) => /^(-y|--yes|-f|--skip-preview)$/.test(arg.text))
    ? [harm('INFRA_APPLY', 'HIGH', { operation: 'deploy', category: 'network' })]
    : [];
};

const ansible: ProgramReader = (call) => {
  if (isHelp(call.args) || call.args.some((arg) => arg.text === '--check' || arg.text === '-C')) return [];
  const options = readOptions(call.args, {
    short: 'mautifelPMBTc',
    long: ['module-name', 'args', 'user', 'inventory', 'extra-vars', 'limit', 'become-user', 'connection'],
  });
  const module = options.value('m', 'module-name')?.text ?? 'command';
  const args = options.value('a', 'args')?.text;
  if (args === undefined) return [];
  if (/(^|\.)(shell|command|raw|script)$/.test(module)) return [{ see: 'script', text: args }];
  return /state=absent/.test(args) ? [harm('INFRA_DESTROY', 'HIGH', LOST)] : [];
};

/** Both subcommands and resources of kubectl. */
const KUBECTL = {
  short: 'nflocpsk',
  long: 'namespace filename selector context kubeconfig cluster user server token output container replicas field-selector image as timeout grace-period type patch cascade'.split(
    ' ',
  ),
};

const kubectl: ProgramReader = (call) => {
  const dashes = call.args.findIndex((arg) => arg.text === '--');
  const own = dashes < 0 ? call.args : call.args.slice(0, dashes);
  const options = readOptions(own, KUBECTL);
  const verb = options.operands[0]?.text ?? '';
  if (/^(exec|run|debug|attach)$/.test(verb)) {
    const given = own.map(({ text }) => text).join(' ');
    const host: Seen[] = HOSTLIKE.test(given) ? [harm('CONTAINER_ESCAPE', 'HIGH', { operation: 'admin' })] : [];
    const inner =
      dashes >= 0
        ? call.args.slice(dashes + 1)
        : verb === 'exec'
          ? readOptions(call.args, { short: 'ncf', long: ['namespace', 'container', 'context'] }).operands.slice(2)
          : [];
    return inner.length > 0 ? [...host, { see: 'argv', argv: inner }] : host;
  }
  if (isHelp(own) || isDryRun(own)) return [];
  return /^(?:apply|create|replace)$/.test(verb) ? [...kubeHarms(verb, options), ...fetched(options)] : kubeHarms(verb, options);
};

/** A pod that is given the machine it runs on. */
const HOSTLIKE =
  /--privileged(?:=true)?(?:\s|$)|["'](?:privileged|hostPID|hostNetwork|hostIPC)["']\s{0,4}:\s{0,4}true|["']hostPath["']\s{0,4}:|--profile=sysadmin/;

const WIDE = /^(ns|namespaces?|all|pv|nodes?|crd|persistentvolume|namespace\/.*|ns\/.*)$/;

/** A manifest from elsewhere runs what it says in the cluster; those of projects on the well-known forges are how they are installed. */
function fetched(options: Options): Seen[] {
  return options
    .values('f', 'filename', 'k', 'kustomize')
    .filter(({ text }) => /^https?:\/\//.test(text) && !FORGES.test(text))
    .map(({ text }) =>
      text.startsWith('http:')
        ? harm('CLUSTER_APPLY_PLAINTEXT', 'HIGH', { operation: 'deploy' })
        : harm('SHELL_REMOTE_EXECUTE', 'HIGH', { operation: 'deploy', category: 'network', target: text }),
    );
}

const FORGES =
  /^https:\/\/(?:(?:raw|gist)\.githubusercontent\.com|github\.com|[\w-]+\.github\.io|gitlab\.com|(?:[\w-]+\.)?k8s\.io|storage\.googleapis\.com\/(?:kubernetes|tekton|knative)[\w-]*|(?:[\w-]+\.)?(?:istio|projectcalico|cert-manager|argoproj|linkerd|strimzi|crossplane|openebs|longhorn|rook|metallb|cilium)\.(?:io|org|com))\//;

/** One pod or job by its name: its owner starts another, and people restart things so. What all others depend on is not that. */
function remade(kind: string, options: Options): boolean {
  const names = options.operands.slice(2).map(({ text }) => text);
  const slashed = /^(?:pods?|po|jobs?(?:\.batch)?)\/(.+)$/.exec(kind)?.[1];
  const named = slashed === undefined ? (/^(?:pods?|po|jobs?(?:\.batch)?)$/.test(kind) ? names : []) : [slashed, ...names];
  const wide = options.has('all', 'A', 'all-namespaces', 'l', 'selector', 'force', 'f', 'filename', 'R', 'field-selector', 'now');
  const system = options.values('n', 'namespace').some(({ text }) => /^kube-|^istio|prod/.test(text));
  return (
    named.length === 1 &&
    !wide &&
    !system &&
    named.every(
      (name) =>
        !/^(?:traefik|nginx|ingress|etcd|kube|coredns|haproxy|envoy|postgres|mysql|mongo|redis)|-\d+$/i.test(name) && !name.includes('\u0000'),
    )
  );
}

function kubeHarms(verb: string, options: Options): Seen[] {
  const second = options.operands[1]?.text ?? '';
  const says = (pattern: RegExp): boolean => options.operands.some((arg) => pattern.test(arg.text));
  switch (verb) {
    case 'delete':
      if (remade(second, options)) return [harm('CLUSTER_DELETE', 'MEDIUM', LOST)];
      return [harm(WIDE.test(second) || options.has('all', 'A', 'all-namespaces') ? 'CLUSTER_DELETE_ALL' : 'CLUSTER_DELETE', 'HIGH', LOST)];
    case 'drain':
    case 'cordon':
      return [harm('CLUSTER_DRAIN', 'HIGH', LOST)];
    case 'taint':
      return says(/:NoExecute$/) ? [harm('CLUSTER_DRAIN', 'HIGH', LOST)] : [];
    case 'replace':
      return options.has('force') ? [harm('CLUSTER_DELETE', 'HIGH', LOST)] : [];
    case 'scale':
      return options.value('replicas')?.text === '0' ? [harm('CLUSTER_SCALE_ZERO', 'HIGH', LOST)] : [];
    case 'apply':
      if (options.has('prune')) return [harm('CLUSTER_DELETE', 'HIGH', LOST)];
      return [];
    case 'create':
      return /^clusterrolebinding/.test(second) && options.values('clusterrole').some((arg) => arg.text === 'cluster-admin')
        ? [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })]
        : [];
    case 'patch':
      return /finalizers/.test(options.value('p', 'patch')?.text ?? '') ? [harm('CLUSTER_DELETE', 'HIGH', LOST)] : [];
    default:
      return [];
  }
}

const java: ProgramReader = (call) => {
  const jar = call.args.findIndex((arg) => arg.text === '-jar');
  if (
    jar >= 0 &&
    /(?:^|\/)bfg[\w.-]*\.jar$/.test(call.args[jar + 1]?.text ?? '') &&
    call.args.some(({ text }) => /^--?(?:delete|strip|replace)-/.test(text))
  )
    return [harm('GIT_REWRITE', 'HIGH', LOST)];
  if (jar < 0 || !/jenkins-cli\.jar$/.test(call.args[jar + 1]?.text ?? '')) return [];
  const verb = call.args
    .slice(jar + 2)
    .map((arg) => arg.text)
    .find((word) => /^(delete-|disconnect-|offline-|shutdown|safe-|restart|groovy|quiet-down|clear-queue|remove-)/.test(word));
  return verb === undefined ? [] : [harm('SERVICE_DESTROY', 'HIGH', LOST)];
};

export const INFRA: ProgramTable = {
  terraform,
  tofu: terraform,
  opentofu: terraform,
  terragrunt: terraform,
  cdktf: terraform,
  pulumi,
  ansible,
  kubectl,
  oc: kubectl,
  k: kubectl,
  java,
};
