/** What is wrong with the command line itself, where the options alone do not show it. */
export class UsageError extends Error {
  // Source: EX_USAGE in sysexits.h.
  readonly exitCode = 64
}
