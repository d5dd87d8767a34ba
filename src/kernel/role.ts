/** Roles that people and their tools hold. */
export const PEOPLE = ['operator', 'auditor', 'admin'] as const;
/** Roles that may decide approvals and stop agents. */
export const DECIDERS = ['operator', 'admin'] as const satisfies readonly PersonRole[];
/** Roles that may read what is sealed beside the log: arguments, results and every text made of them (LOG-34). */
export const PAYLOAD_READERS = ['auditor', 'admin'] as const satisfies readonly PersonRole[];
export const EVERYONE = ['agent', ...PEOPLE] as const;
/** Roles that act; an auditor only reads. */
export const ACTING = ['agent', ...DECIDERS] as const;

/** How a person is there, by the word of the program they use: it says what was meant, and proves nothing (AUTH-18). */
export const PRESENCES = ['terminal', 'browser', 'chat', 'script'] as const;
export type Presence = (typeof PRESENCES)[number];

export type Role = (typeof EVERYONE)[number];
export type PersonRole = (typeof PEOPLE)[number];
export type Decider = (typeof DECIDERS)[number];
