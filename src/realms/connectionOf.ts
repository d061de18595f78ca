import type { Logger } from 'pino'
import type { Connection } from '../authentication/remote/connection.ts'
import type { RemoteParts } from '../authentication/remote/remote.ts'
import type { Settings } from '../config.ts'

type ConnectionSettings = Pick<Settings['realms']['jwt'][string], 'http' | 'ssl'>

/** How a realm reaches another server, by its settings. */
export function connectionOf({ http, ssl }: ConnectionSettings): Connection {
  return {
    connectTimeout: http.connect_timeout,
    readTimeout: http.connection_read_timeout,
    socketTimeout: http.socket_timeout,
    maxConnections: Math.min(http.max_connections, http.max_endpoint_connections),
    certificateAuthorities: ssl.certificate_authorities ?? [],
    verificationMode: ssl.verification_mode,
  }
}

/** Says in the log that more is to be asked than a server can answer. */
export function reportFullTo(logger: Logger): RemoteParts['reportFull'] {
  return (refused) => {
    if (refused) logger.warn(refused, 'too many questions wait for its server: some are refused')
    else logger.info('no question waits for its server any more')
  }
}
