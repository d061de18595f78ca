/** Why the operating system did not do something: in one of these words, by its code, and with it. */
export function systemReason(error: unknown, reasons: Readonly<Record<string, string>>): string {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException
  const reason = reasons[code]
  return reason ? `${reason} (${code})` : code
}
