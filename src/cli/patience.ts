/** How long requests may go on after a gateway is told to stop, in milliseconds. */
export const patience = 10_000

/** After which time its process ends in any case, in milliseconds. */
export const longestPatience = patience + 4_000
