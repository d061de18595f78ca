import { elastic } from './gatewayDeployment.ts'

/** How many proofs a gateway says that its JWT realm remembers. */
export async function rememberedBy(port: number): Promise<number> {
  const credentials = Buffer.from(`${elastic.username}:${elastic.password}`).toString('base64')
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Basic ${credentials}` },
  })
  const [, entries] =
    /^profile_gateway_proof_cache_entries\{.*realm="bench".*\} (\d+)$/m.exec(await response.text()) ?? []
  return Number(entries)
}
