import { Client, Pool, type PoolConfig } from 'pg'

/** Makes a pool of connections to a PostgreSQL server. One that is lost is replaced when there is need of it. */
export function createConnectionPool(options: PoolConfig): Pool {
  const pool = new Pool({ ...options, Client: ClosedUnlessConnected })
  pool.on('error', () => undefined)
  return pool
}

/** Where pg itself gives up, as without the password that is asked for, it leaves it to the server to close the connection. */
class ClosedUnlessConnected extends Client {
  override connect(): Promise<Client>
  override connect(connected: (error: Error | null) => void): void
  override connect(connected?: (error: Error | null) => void): Promise<Client> | undefined {
    if (!connected) return super.connect()
    super.connect((error: Error | null) => {
      if (error) this.connection.stream.destroy()
      connected(error)
    })
    return undefined
  }
}
