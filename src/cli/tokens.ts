import { Failure } from '../errors.ts'
import { asking, given, inWords, say, type AskingOptions } from './asking.ts'
import { readSecret } from './secret.ts'
import type { Streams } from './streams.ts'

interface InvalidateOptions extends AskingOptions {
  readonly user?: string
  readonly realm?: string
  /** One token by itself, which is a secret: it is typed or piped in. */
  readonly token?: true
  readonly refreshToken?: true
}

/** Ends tokens before their time: all of a user, of a realm, or of both together, or one by itself. */
export async function invalidateTokens(options: InvalidateOptions, streams: Streams): Promise<void> {
  const { user: username, realm: realm_name, token, refreshToken } = options
  await asking(options, streams, async (access) => {
    const body = {
      ...given({ username, realm_name }),
      ...(token && { token: await readSecret(streams, 'access token') }),
      ...(refreshToken && { refresh_token: await readSecret(streams, 'refresh token') }),
    }
    const answer = await access.ask({ method: 'DELETE', path: '/_security/oauth2/token', body })
    if (answer.status === 404) throw new Failure('INVALID_INPUT', 'nobody knows this token')
    const [now, before] = ['invalidated_tokens', 'previously_invalidated_tokens'].map((name) =>
      inWords(answer.body[name]),
    )
    const already = before === '0' ? '' : `, ${before ?? ''} were already`
    say(streams, options, answer.body, `${now ?? ''} invalidated${already}\n`)
  })
}
