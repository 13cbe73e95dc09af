"""One prompt at a time, its variations large, one key for each decision."""

from bulkgen.ui.guards import guard
from bulkgen.ui.job_address import job_from_address
from bulkgen.ui.review import draw_review
from bulkgen.ui.session import studio

actor = guard()
job_id = job_from_address(
    studio(), actor, title="Review", otherwise="its images are reviewed here."
)
if job_id is not None:
    draw_review(studio(), actor, studio().jobs.get(actor, job_id))
