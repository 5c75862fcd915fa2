import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../data/client.ts';
import { planQuery } from '../../data/queries.ts';

/** Makes a plan for the incident and shows it. It changes nothing in the estate. */
export function useMakePlan(incidentId: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => call('makePlan', { params: { id: incidentId } }),
    onSuccess: (plan) => {
      client.setQueryData(planQuery(incidentId).queryKey, plan);
      void client.invalidateQueries({ queryKey: ['incident', incidentId] });
      void navigate({ to: '/incidents/$incidentId/plan', params: { incidentId } });
    },
  });
}
