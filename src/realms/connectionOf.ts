import type { Connection } from '../authentication/remote/connection.ts'
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
