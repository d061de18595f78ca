/** Why the operating system refused something: the reason given for the error's code, and the code; or the code alone. */
export function systemReason(error: unknown, reasons: Readonly<Record<string, string>> = {}): string {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException
  const reason = reasons[code]
  return reason ? `${reason} (${code})` : code
}
