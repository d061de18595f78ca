/** In bytes. */
const small = 16_384

/**
 * Adds a piece to those that came before it. A piece is some 200 bytes more than it holds, so those that are small are put
 * together: each byte is copied fifteen times at most.
 */
export function addPiece(pieces: Buffer[], piece: Buffer): void {
  let from = pieces.length
  let size = piece.length
  for (let last = pieces.at(-1); last && last.length < small; last = pieces[from - 1]) {
    if (last.length > size) break
    from -= 1
    size += last.length
  }
  if (from < pieces.length) pieces.push(Buffer.concat([...pieces.splice(from), piece]))
  else pieces.push(piece)
}
