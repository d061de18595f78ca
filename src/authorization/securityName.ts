/** Whether a user, a role or a role mapping may have this name: 1–507 printable ASCII characters, no space at either end. */
export function isSecurityName(name: string): boolean {
  return /^(?! )[\x20-\x7e]{1,507}(?<! )$/.test(name)
}

/** What is said of a name that is none. Source: spec 4.1. */
export function securityNameRule(kind: 'User' | 'Role' | 'Role mapping'): string {
  return (
    `${kind} names must be at least 1 and no more than 507 characters. They can contain alphanumeric characters ` +
    '(a-z, A-Z, 0-9), spaces, punctuation, and printable symbols in the Basic Latin (ASCII) block. Leading or ' +
    'trailing whitespace is not allowed.'
  )
}

/** Metadata keys that begin with `_` are the gateway's own. Source: spec 4.1. */
export function metadataProblems(metadata: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(metadata).some((key) => key.startsWith('_'))
    ? ['metadata keys may not start with [_]']
    : []
}
