/**
 * Names the statements that are made again and again, so that the server prepares each once for a connection. What is
 * made by the client has no name: its texts have no end.
 */
export function createStatementNames() {
  const names = new Map<string, string>()
  return {
    /** Has a statement named from now on. */
    name(text: string): string {
      if (!names.has(text)) names.set(text, `gateway_${names.size}`)
      return text
    },
    nameOf: (text: string) => names.get(text),
  }
}

export type StatementNames = ReturnType<typeof createStatementNames>
