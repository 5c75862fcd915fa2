export async function openRealCluster() {
  const { miniLive } = await import('../tmp-real/mini-live.ts');
  return miniLive(process.env.FIREBREAK_KUBECONFIG ?? '');
}
