"""What a configuration may say: a section for each job, with the default and the meaning of every key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    PositiveInt,
    TypeAdapter,
    field_validator,
    model_validator,
)

from metarfft.rules.compose import KINDS
from metarfft.tasks import Group, select

Method = Literal["direct", "scratchpad", "rfft", "meta-rfft"]
Style = Literal["code", "indexed", "natural"]


def _url(text: str) -> str:
    TypeAdapter(HttpUrl).validate_python(text)
    return text


Url = Annotated[str, AfterValidator(_url)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True)


class TinyModel(Section):
    """Shape of a small Llama-style model that is built, with its tokenizer, when the base is no existing model."""

    hidden_size: int = 128
    layers: int = 4
    heads: int = 4
    intermediate_size: int = 384
    rope_theta: float = 1e4


class Model(Section):
    """The base model: a Hugging Face directory or name, or (``tiny``) a model built and warmed up here."""

    base: str | None = None
    tiny: TinyModel | None = None
    pretrained: str | None = Field(None, description="RF-pretrained model to start from instead of running pretrain")

    @model_validator(mode="after")
    def _one_base(self) -> Model:
        if self.base is None and self.tiny is None:
            raise ValueError("give model.base (a model directory or name) or model.tiny (a shape to build)")
        return self


class Split(Section):
    """Which samples one dataset holds: ``samples`` for each task and each length in ``lengths``."""

    tasks: list[str] | Group = "pretrain"
    lengths: list[int] = Field(default_factory=lambda: list(range(1, 16)), min_length=1)
    samples: int = Field(300, ge=0)
    synthetic: int = Field(0, ge=0, description="samples of randomly composed rules")
    synthetic_lengths: list[int] | None = Field(None, description="lengths they are drawn from; default: `lengths`")
    synthetic_kinds: list[str] = Field(list(KINDS), min_length=1, description="what composed rules may be")
    shots: float = Field(0.0, ge=0, le=1, description="share of samples that carry a worked example (1-shot)")
    rename: float = Field(0.0, ge=0, le=1, description="share of samples whose variables get random names")
    style: Style | None = Field(None, description="default: the style of all splits")
    unroll: bool = Field(False, description="write lines that hide a loop (sorted, sum, x in items) as loops")

    @field_validator("tasks", mode="before")
    @classmethod
    def _group(cls, tasks: Any) -> Any:
        if isinstance(tasks, str) and tasks not in get_args(Group):
            raise ValueError(f"{tasks!r} is no group ({', '.join(get_args(Group))}); give one, or a list of task ids")
        return tasks

    @field_validator("tasks")
    @classmethod
    def _known(cls, tasks: Any) -> Any:
        if isinstance(tasks, list):
            select(tasks)
        return tasks

    @field_validator("synthetic_kinds")
    @classmethod
    def _known_kinds(cls, kinds: list[str]) -> list[str]:
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise ValueError(f"unknown kind {unknown[0]!r}; the kinds are {', '.join(KINDS)}")
        return kinds

    @field_validator("lengths", "synthetic_lengths", mode="before")
    @classmethod
    def _ranges(cls, value: Any) -> Any:
        """``"1-15"`` is the same as the list 1, 2, ..., 15; a length that stands twice is drawn twice as often."""
        if not isinstance(value, str):
            return value
        lengths: list[int] = []
        for part in value.replace(" ", "").split(","):
            first, _, last = part.partition("-")
            if not first.isdigit() or (last and not last.isdigit()):
                raise ValueError(f"{part!r} is no length or range; write e.g. 1-15 or 1-5,8,10")
            lengths += range(int(first), int(last or first) + 1)
        return lengths


class Data(Section):
    """What `jobs/generate.py` makes: one Parquet dataset for each split."""

    style: Style = "code"
    rows_per_shard: int = Field(2000, ge=1)
    tokenizer: str | None = Field(None, description="whose tokens the cards count; default: the base model's")
    workers: int | None = Field(None, ge=1, description="shards made at a time; default: one for each CPU")
    pretrain: Split = Split()
    validation: Split = Split(lengths=[31], samples=4)
    adapt: Split = Split(tasks="downstream", lengths=list(range(1, 6)), samples=1000)
    evaluate: Split = Split(tasks="downstream", lengths=list(range(1, 31)), samples=100)


class Positions(Section):
    """Random jumps in the position ids of training samples, so that positions past the training lengths are trained."""

    share: float = Field(0.0, ge=0, le=1, description="share of the samples that get jumps")
    span: float = Field(4.0, ge=1, description="largest stretched length, as a multiple of the sample's")


class Mix(Section):
    """Other data mixed into a stage, to keep what the model could do before."""

    data: str = Field(description="pretrain: the RF-pretraining dataset; else a .parquet or .jsonl file or a folder")
    share: float = Field(gt=0, lt=1, description="share of the samples of every step")

    @property
    def replay(self) -> bool:
        """Whether what is mixed in is the experiment's own RF-pretraining dataset."""
        return self.data == "pretrain"


class Train(Section):
    """One training stage. The batch is counted in samples over all workers, so it does not depend on their number."""

    update: Literal["full", "pissa"] = "full"
    rank: int = Field(32, ge=1, description="PiSSA rank")
    head: bool = Field(False, description="PiSSA on the output head too, for a base that never ended a text")
    steps: int = Field(800, ge=1)
    batch_size: int = Field(256, ge=1, description="samples in an optimiser step, over all workers")
    micro_batch_tokens: int = Field(8192, ge=1, description="tokens in one packed forward pass of one worker")
    context_length: int = Field(8192, ge=1)
    optimizer: Literal["adamw", "muon"] = "adamw"
    learning_rate: float = Field(1e-5, gt=0)
    muon_learning_rate: float = Field(0.02, gt=0)
    embedding_learning_rate: float | None = None
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = Field(1.0, gt=0)
    schedule: Literal["constant", "linear", "cosine"] = "cosine"
    warmup_steps: int = Field(10, ge=0)
    decay_share: float = Field(1.0, ge=0, le=1, description="share of the steps, the last, over which the rate decays")
    zero_stage: Literal[0, 1, 2, 3] = 0
    offload_optimizer: bool = Field(False, description="its states in the host's memory (ZeRO 1 and up): slower")
    offload_parameters: bool = Field(False, description="weights in the host's memory too (ZeRO 3): slower still")
    workers: PositiveInt | tuple[PositiveInt, PositiveInt] = Field(1, description="or [fewest, most], elastic")
    cpus_per_worker: int = Field(1, ge=1)
    gpus_per_worker: int = Field(0, ge=0)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    gradient_checkpointing: bool = Field(False, description="compute activations twice to keep fewer of them")
    positions: Positions = Positions()
    mix: list[Mix] = []
    too_long: Literal["skip", "refuse"] = Field("skip", description="samples over context_length: leave out, or stop")
    validate_every: int = Field(100, ge=1)
    patience: int = Field(0, ge=0, description="validations without a better loss before stopping; 0: never stop early")
    checkpoint_every: int = Field(100, ge=1)
    log_every: int = Field(10, ge=1)

    @property
    def fewest_workers(self) -> int:
        return self.workers if isinstance(self.workers, int) else self.workers[0]

    @model_validator(mode="after")
    def _offload(self) -> Train:
        if self.offload_optimizer and self.zero_stage == 0:
            raise ValueError("offload_optimizer needs zero_stage 1, 2 or 3")
        if self.offload_parameters and self.zero_stage != 3:
            raise ValueError("offload_parameters needs zero_stage 3")
        return self

    @model_validator(mode="after")
    def _shares(self) -> Train:
        if sum(mix.share for mix in self.mix) >= 1:
            raise ValueError("mix: the shares add up to 1 or more; some of each step must be the stage's own data")
        return self

    @model_validator(mode="after")
    def _muon(self) -> Train:
        if self.optimizer == "muon" and self.zero_stage != 0:
            raise ValueError("optimizer muon needs whole matrices: set zero_stage to 0, or optimizer to adamw")
        return self


class Warmup(Train):
    """Synthetic warm-up of a tiny base: copying and look-ups over random tokens, no rule-following trajectory."""


class Adapt(Train):
    """Fine-tuning on the downstream tasks, once for each method and seed; all tasks together or one model a task."""

    methods: list[Method] = ["direct", "scratchpad", "rfft", "meta-rfft"]
    seeds: list[int] = [0]
    per_task: bool = False
    concurrent: int = Field(1, ge=1, description="adaptations that run at the same time")
    overrides: dict[Method, dict[str, Any]] = Field({}, description="values that differ for a method")

    def of(self, method: Method) -> Adapt:
        """These settings with the overrides for ``method`` applied and checked."""
        return Adapt.model_validate({**self.model_dump(), "overrides": {}, **self.overrides.get(method, {})})

    @model_validator(mode="after")
    def _no_early_stopping(self) -> Adapt:
        if self.patience:
            raise ValueError("patience: an adaptation runs all its steps, there is no validation set of its task")
        return self

    @model_validator(mode="after")
    def _overrides_are_valid(self) -> Adapt:
        for values in self.overrides.values():
            Adapt.model_validate({**self.model_dump(exclude={"overrides"}), **values})
        return self


class Serve(Section):
    """The Ray Serve application: one vLLM deployment for each base, its adapters beside it."""

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for every network")
    port: int = Field(8000, ge=1, le=65535)
    replicas: tuple[int, int] = (1, 1)
    max_model_len: int = 8192
    cpus_per_replica: int = 1
    gpus_per_replica: int = 0
    kv_cache_gib: int = Field(1, ge=1, description="vLLM's KV cache on CPU, GiB")
    enforce_eager: bool = False
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    speculate: int = Field(0, ge=0, description="tokens guessed ahead by repeating earlier text (n-grams); 0: none")


UNADAPTED = ("base", "pretrained")  # models that are asked as they are
HOW_ASKED = ("key", "requests_per_minute", "concurrency", "price")  # settings of `Chat` that change no answer


class Chat(Section):
    """A chat model behind an OpenAI-compatible API, asked beside the adapted models."""

    model: str = Field(description="as the API calls it")
    endpoint: Url = Field("https://api.openai.com/v1", description="base URL of the API")
    label: str | None = Field(None, description="its name in the report; default: the model's")
    key: str = Field("OPENAI_API_KEY", description="environment variable with the API key")
    prompt: Literal["direct", "scratchpad", "rfft"] = Field("direct", description="method whose prompts it gets")
    temperature: float | None = Field(0.0, description="null: leave it to the model, as some insist")
    max_tokens: int | None = Field(24_000, ge=1, description="the paper's limit for reasoning models; null: the API's")
    extra: dict[str, Any] = Field({}, description="more for the request's body, as in {reasoning_effort: high}")
    requests_per_minute: float | None = Field(None, gt=0)
    concurrency: int = Field(16, ge=1, description="requests in flight")
    price: tuple[float, float] | None = Field(None, description="dollars for a million input and output tokens")

    @property
    def name(self) -> str:
        return self.label or self.model


class General(Section):
    """Benchmarks of general ability, by lm-evaluation-harness."""

    tasks: list[str] = Field(["mmlu", "gsm8k", "ifeval"], min_length=1, description="as the harness calls them")
    shots: int | None = Field(None, ge=0, description="worked examples; null: as each task has it")
    limit: int | None = Field(None, ge=1, description="samples of each task; null: all")
    folder: str | None = Field(None, description="folder of task files of your own")


class Evaluate(Section):
    """The length sweep."""

    engine: Literal["serve", "transformers"] = Field("serve", description="what runs the adapted models")
    concurrency: int = Field(64, ge=1, description="requests in flight")
    head_room: float = Field(1.25, ge=1, description="token limit of a response, as a multiple of the true length")
    in_distribution: int = Field(5, ge=1, description="longest length seen in adaptation")
    timeout: float = Field(600.0, gt=0, description="seconds that one answer may take")
    endpoint: Url | None = Field(None, description="an OpenAI-compatible API to ask instead of serving here")
    unadapted: bool = Field(False, description="ask the base and the RF-pretrained model too, as with 1-shot prompts")
    chat: list[Chat] = []
    general: General = General()
    trajectories: int = Field(3, ge=0, description="wrong answers of a method and length that the report shows")

    @field_validator("chat")
    @classmethod
    def _names_differ(cls, chats: list[Chat]) -> list[Chat]:
        taken: set[str] = {*get_args(Method), *UNADAPTED}
        for chat in chats:
            if chat.name in taken:
                raise ValueError(f"something else is called {chat.name} too; give this model another label")
            taken.add(chat.name)
        return chats


class Tracking(Section):
    """MLflow. MLFLOW_TRACKING_URI, when set, goes before the SQLite store under the output directory."""

    experiment: str | None = Field(None, description="default: the config's name")


class Config(Section):
    """An experiment."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    seed: int = 0
    output: str = "outputs"
    checkpoints: str | None = Field(None, description="folder or URI (s3://...) of checkpoints; default: under output")
    model: Model
    data: Data = Data()
    warmup: Warmup = Warmup()
    pretrain: Train = Train()
    adapt: Adapt = Adapt()
    serve: Serve = Serve()
    evaluate: Evaluate = Evaluate()
    tracking: Tracking = Tracking()
    ablations: dict[str, dict[str, Any]] = Field({}, description="variants by name: sections and values that differ")

    @property
    def compared(self) -> list[str]:
        """What the report compares, a line each: the methods of adaptation, unadapted and chat models."""
        unadapted = UNADAPTED if self.evaluate.unadapted else ()
        return [*self.adapt.methods, *unadapted, *(chat.name for chat in self.evaluate.chat)]

    @property
    def root(self) -> Path:
        """Where everything this experiment makes goes: ``<output>/<name>``, absolute.

        A relative output is under the current directory or, in a submitted job, under ~/metarfft: such a job runs in a
        copy of the checkout that Ray deletes later. Where a cluster's nodes share a file system, name a folder there.
        """
        here = Path.cwd()
        copied = "working_dir_files" in here.parts
        return ((Path.home() / "metarfft" if copied else here) / self.output / self.name).resolve()
