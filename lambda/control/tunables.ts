/** health and order-api read the control item at most this often: they answer many requests a second. */
export const CONTROL_CACHE_SECONDS = 2;
