/** Says something to whoever has started the process, on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Says where a gateway answers: `metrics` where metrics have a port of their own, or null. */
export function noteAddresses(address: string, metrics: string | null): void {
  if (metrics !== null) note(`Metrics        ${metrics}/metrics`)
  note(`GraphQL        ${address}/graphql  (GraphiQL in a browser)\nElasticsearch  ${address}`)
}
