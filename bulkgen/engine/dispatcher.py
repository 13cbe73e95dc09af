"""Policy: whose prompt is next, whether the account and the budget have room, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from heapq import heapify, heappop, heapreplace
from uuid import UUID, uuid4

from bulkgen.domain.dispatch import Lease, NewAttempt, PendingPrompt, RunnableJob, image_request
from bulkgen.domain.errors import InputError, SetupError, StorageError
from bulkgen.domain.jobs import PauseReason
from bulkgen.domain.models import Catalogue
from bulkgen.domain.pricing import call_cost
from bulkgen.domain.rates import Bucket, LimitSource, full_bucket
from bulkgen.engine.executors import MAX_THREADS
from bulkgen.ports import Clock, Executor, Spool, Step, Store, Vault

#: How long nobody else may work on what a process took, unless it renews.
LEASE_S = 30.0
#: A dispatcher looks for changes at least this often.
POLL_S = 0.25
#: Pages made at a time by one process.
PAGES_AT_ONCE = 8

_MAX_CALLS_OF_ACCOUNT = MAX_THREADS * 3 // 4
_LEAST_FREE_BYTES = 100 * 1024 * 1024


@dataclass(slots=True)
class _Account:
    """What one tick knows of an account and may still do with it."""

    bucket: Bucket
    open_calls: int
    jobs: list[RunnableJob] = field(default_factory=list)


@dataclass(slots=True)
class _Queue:
    """A job and its next prompts, read when its turn comes."""

    job: RunnableJob
    prompts: list[PendingPrompt] = field(default_factory=list)
    #: How many have been read; more are read when these are used up.
    read: int = 0
    ended: bool = False


#: A queue with the turn and the place it was given.
_Placed = tuple[tuple[float, float], int, _Queue]


class Dispatcher:
    """Starts attempts that may be sent now, and pages that wait; one runs for each database."""

    def __init__(
        self,
        *,
        store: Store,
        spool: Spool,
        vault: Vault,
        catalogue: Catalogue,
        executor: Executor,
        clock: Clock,
        process_id: UUID,
    ) -> None:
        self._store = store
        self._spool = spool
        self._vault = vault
        self._catalogue = catalogue
        self._executor = executor
        self._clock = clock
        self._process_id = process_id
        #: Images started, by owner and by job: who has had least is next.
        self._turns: dict[UUID, float] = {}
        #: Whether the last tick left something that may start when a step that runs has ended.
        self.waits_for_end = False

    def tick(self) -> None:
        """Start what may start now."""
        now = self._clock.now()
        self._start_pages(now)
        jobs = self._store.engine.runnable_jobs(now)
        self._seat(jobs)
        if not jobs:
            return
        trouble = self._trouble_with_the_disk()
        if trouble is not None:
            for job in jobs:
                self._store.engine.pause(job.id, PauseReason.STORAGE, trouble)
            return
        wanted: list[NewAttempt] = []
        slots = self._executor.free_slots()
        for name, account in self._accounts(jobs, now).items():
            wanted += self._pick(name, account, slots - len(wanted), now)
        if wanted:
            self._start(wanted, now)

    def _start(self, wanted: Sequence[NewAttempt], now: datetime) -> None:
        lease = Lease(owner=self._process_id, until=now + timedelta(seconds=LEASE_S))
        started = [attempt.id for attempt in wanted]
        try:
            started = self._store.engine.start_attempts(wanted, lease, now)
        finally:
            # Lost in the middle of its commit, the database may have written them all the same:
            # each call looks for its own row before it is sent.
            for attempt_id in started:
                self._executor.start(Step.GENERATE_IMAGES, attempt_id)

    def _seat(self, jobs: Iterable[RunnableJob]) -> None:
        """Who comes new takes a seat beside the one who has had least; who left is forgotten."""
        seated = self._turns
        first = min(seated.values(), default=0.0)
        present = {id_ for job in jobs for id_ in (job.owner_id, job.id)}
        self._turns = {id_: seated.get(id_, first) for id_ in present}

    def _start_pages(self, now: datetime) -> None:
        free = min(
            PAGES_AT_ONCE - self._executor.running(Step.CREATE_PAGE), self._executor.free_slots()
        )
        started = 0
        if free > 0:
            lease = Lease(owner=self._process_id, until=now + timedelta(seconds=LEASE_S))
            for image_id in self._store.engine.take_page_tasks(free, lease):
                self._executor.start(Step.CREATE_PAGE, image_id)
                started += 1
        self.waits_for_end = started >= free

    def pause_for_disk(self, error: StorageError) -> None:
        """Pause what would run, since the spool cannot be read."""
        for job in self._store.engine.runnable_jobs(self._clock.now()):
            self._store.engine.pause(job.id, PauseReason.STORAGE, f"{error} Then resume.")

    def _trouble_with_the_disk(self) -> str | None:
        """Why no answer could be kept just now, in one sentence for the person."""
        try:
            free_bytes = self._spool.free_bytes()
        except StorageError as error:
            return f"{error} Then resume."
        if free_bytes >= _LEAST_FREE_BYTES:
            return None
        megabytes = _LEAST_FREE_BYTES // 1024 // 1024
        return f"Less than {megabytes} MB is free on the disk. Free some space, then resume."

    def _accounts(self, jobs: Iterable[RunnableJob], now: datetime) -> dict[str, _Account]:
        """Runnable jobs by the account that pays for them, with its bucket."""
        open_calls = self._store.engine.open_calls()
        buckets = self._store.buckets.all()
        accounts: dict[str, _Account] = {}
        for job in jobs:
            try:
                name = self._vault.account(job.owner_id)
            except SetupError as error:
                self._store.engine.pause(job.id, PauseReason.KEY, str(error))
                continue
            if name not in buckets:
                buckets[name] = name, self._new_bucket(name, now)
            shared, bucket = buckets[name]
            if shared not in accounts:
                accounts[shared] = _Account(bucket.at(now), open_calls.get(shared, 0))
            accounts[shared].jobs.append(job)
        return accounts

    def _new_bucket(self, account: str, now: datetime) -> Bucket:
        limit = self._catalogue.unknown_images_per_minute
        assumed = full_bucket(limit, now, LimitSource.ASSUMED)
        self._store.buckets.add(account, assumed)
        return assumed

    def _pick(self, name: str, account: _Account, slots: int, now: datetime) -> list[NewAttempt]:
        """What this account may send now, in turn by owner and then by job."""
        bucket = account.bucket
        slots = min(slots, _MAX_CALLS_OF_ACCOUNT - account.open_calls)
        picks: list[NewAttempt] = []
        queues = self._queues(account.jobs) if slots > 0 and bucket.admits(1) else []
        waiting = len(queues) or len(account.jobs)
        while queues and len(picks) < slots and bucket.admits(1):
            queue = self._first(queues)
            share = int(min(slots, bucket.tokens)) // len(queues) + 1
            prompt = self._next_prompt(queue, share, now)
            attempt = self._attempt(name, queue.job, prompt, bucket) if prompt else None
            if attempt is None:
                heappop(queues)
                waiting -= 1
                continue
            images = attempt.request.images
            if not bucket.admits(images):
                break
            bucket = bucket.take(images)
            self._count(queue.job, images)
            picks.append(attempt)
        if waiting and len(picks) >= slots:
            self.waits_for_end = True
        elif waiting:
            self._note_limited(name, bucket)
        return picks

    def _queues(self, jobs: Iterable[RunnableJob]) -> list[_Placed]:
        """The jobs by whose turn it is; who came first goes first."""
        queues = [(self._turn(job), place, _Queue(job)) for place, job in enumerate(jobs)]
        heapify(queues)
        return queues

    def _first(self, queues: list[_Placed]) -> _Queue:
        """The queue whose turn it is; turns only grow, also by another job of the same owner."""
        turn, place, queue = queues[0]
        while (now := self._turn(queue.job)) != turn:
            heapreplace(queues, (now, place, queue))
            turn, place, queue = queues[0]
        return queue

    def _next_prompt(self, queue: _Queue, share: int, now: datetime) -> PendingPrompt | None:
        """The next one of a job, read as many at a time as may be its share."""
        if not queue.prompts and not queue.ended:
            queue.prompts = self._store.engine.pending_prompts(
                queue.job.id, share, now, skipped=queue.read
            )
            queue.read += len(queue.prompts)
            queue.ended = len(queue.prompts) < share
        return queue.prompts.pop(0) if queue.prompts else None

    def _note_limited(self, account: str, bucket: Bucket) -> None:
        """More is wanted than the limit allows; a limit that was full for long is raised."""
        if bucket.limited() != bucket:
            now = bucket.updated_at
            self._store.buckets.change(account, lambda known: known.at(now).limited())

    def _turn(self, job: RunnableJob) -> tuple[float, float]:
        return self._turns[job.owner_id], self._turns[job.id]

    def _count(self, job: RunnableJob, images: int) -> None:
        self._turns[job.owner_id] += images
        self._turns[job.id] += images / 2**job.priority

    def _attempt(
        self, account: str, job: RunnableJob, prompt: PendingPrompt, bucket: Bucket
    ) -> NewAttempt | None:
        """The call for a prompt, split where it asks for more than one call may; None pauses."""
        try:
            model = self._catalogue.model(prompt.row.model or prompt.settings.model)
            model.check_usable(self._clock.now().date())
            request = image_request(
                prompt.row,
                prompt.settings,
                images=min(
                    prompt.pending_images, bucket.max_images_per_call, model.max_images_per_call
                ),
                safety_identifier=sha256(job.owner_id.bytes).hexdigest()[:32],
            )
            most_usd = call_cost(model, request).most_usd
        except InputError as error:
            self._store.engine.pause(job.id, PauseReason.MODEL, str(error))
            return None
        if not job.balance.has_room_for(most_usd):
            if job.waits_for_calls:
                self.waits_for_end = True
            else:
                self._store.engine.pause(
                    job.id, PauseReason.BUDGET, job.balance.reached_message(most_usd)
                )
            return None
        return NewAttempt(
            id=uuid4(),
            job_id=job.id,
            prompt_id=prompt.id,
            owner_id=job.owner_id,
            account=account,
            request=request,
            reserved_usd=most_usd,
            price_version=self._catalogue.price_version,
        )
