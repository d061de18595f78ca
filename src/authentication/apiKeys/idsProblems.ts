/** More than anybody names by hand: each costs work. */
const most = 1_000

/** What is wrong with a list of ids, of keys that may be or not. */
export function idsProblems(ids: readonly string[] | null): string[] {
  return (ids?.length ?? 0) > most ? [`at most [${most}] api key ids can be specified`] : []
}
