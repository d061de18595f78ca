import type { ApiKeyRepository } from '../apiKeys/apiKeyRepository.ts'
import type { AttemptRepository } from '../throttle/attemptRepository.ts'
import type { TokenRepository } from './tokenRepository.ts'

/** How long a salt is kept after its use, in milliseconds: longer than a refreshing that began within the grace takes. */
const saltLife = 60_000

interface SweeperParts {
  tokens: Pick<TokenRepository, 'removeOld' | 'wipeSalts'>
  apiKeys: Pick<ApiKeyRepository, 'removeOld'>
  attempts: Pick<AttemptRepository, 'removeOld'> | null
  /** Told why it could not be done now: it is tried again. */
  report: (cause: unknown) => void
  /** About how long to wait in between, in milliseconds. */
  pause?: number
}

/**
 * Removes in the background what nobody needs to know any more of tokens, API keys and attempts, again and again. Any
 * number of gateways may do it at once.
 * @returns what stops it, and waits for what is under way
 */
export function startSweeper({
  tokens,
  apiKeys,
  attempts,
  report,
  pause = 30_000,
}: SweeperParts): () => Promise<void> {
  let stopped = false
  let sweeping = Promise.resolve()
  let next = later()

  return async function stop() {
    stopped = true
    clearTimeout(next)
    await sweeping
  }

  // Gateways that were started at once need not go on together.
  function later(): NodeJS.Timeout {
    return setTimeout(start, pause * (0.5 + Math.random())).unref()
  }

  function start(): void {
    sweeping = sweep()
      .catch(report)
      .finally(() => {
        if (!stopped) next = later()
      })
  }

  async function sweep(): Promise<void> {
    await tokens.wipeSalts(saltLife)
    while (!stopped && (await tokens.removeOld()) > 0);
    while (!stopped && (await apiKeys.removeOld()) > 0);
    while (!stopped && attempts && (await attempts.removeOld()) > 0);
  }
}
