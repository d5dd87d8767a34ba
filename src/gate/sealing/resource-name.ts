import { hash } from 'node:crypto';
import type { ResourceClaim } from '../../kernel/action.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { canonicalResource } from '../../kernel/resource-id.ts';
import type { World } from '../../kernel/world.ts';

const SCHEMES: ReadonlySet<string> = new Set(
  'file wallet http https ssh git s3 gs db database table topic queue account invoice host postgres mysql redis mongodb gpu model'.split(' '),
);

/** `~` and the first 22 characters of a hash: what is a name for the log already stays it. */
const SEALED_NAME = /^[a-z0-9]{1,10}:~[A-Za-z0-9_-]{22}$/;

/**
 * What the log and the world call a resource: its kind and a hash of its canonical name, the same for all agents of a tenant, because a name may
 * be a path with a person in it (LOG-30). A lock that is held under its plain name, from before, keeps it until it is free.
 */
export function loggedResource(world: Pick<World, 'locks'>, tenant: TenantId, resource: string): string {
  const name = canonicalResource(resource);
  if (SEALED_NAME.test(name) || world.locks.has(name)) return name;
  const scheme = name.slice(0, name.indexOf(':'));
  return `${SCHEMES.has(scheme) ? scheme : 'resource'}:~${hash('sha256', `resource\0${tenant}\0${name}`, 'base64url').slice(0, 22)}`;
}

/** The claim as it is decided on, with the agent's own name for the resource beside it. */
export function loggedClaim(world: Pick<World, 'locks'>, tenant: TenantId, claim: ResourceClaim): ResourceClaim {
  const resource = loggedResource(world, tenant, claim.resource);
  return resource === claim.resource ? claim : { ...claim, name: canonicalResource(claim.resource), resource };
}
