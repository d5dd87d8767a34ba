/** What the sub-commands of a service's client mean. Words are matched whole, or as a part before or after `-`, `:` or `_`. */
export interface ServiceSpec {
  /** Sub-commands that destroy or give away, over and above the general ones. */
  readonly high?: readonly string[];
  readonly critical?: readonly string[];
  /** Sub-commands that look destructive and are not. */
  readonly safe?: readonly string[];
  /** Options that turn any sub-command destructive. */
  readonly flags?: readonly string[];
  /** Risk of the general verbs; HIGH unless said. `null` switches them off. */
  readonly general?: 'HIGH' | 'MEDIUM' | null;
}

export type ServiceTable = Readonly<Record<string, ServiceSpec>>;
