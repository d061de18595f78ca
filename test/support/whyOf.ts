/** Why a server could not be asked, in one line: what stands behind what was thrown, where there is something. */
export function whyOf(thrown: unknown): string {
  const said = behind(thrown)
  const [why = ''] = (said instanceof Error ? said.message : String(said)).split('\n')
  return why
}

function behind(thrown: unknown): unknown {
  if (thrown instanceof AggregateError) return thrown.errors[0]
  return thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
}
