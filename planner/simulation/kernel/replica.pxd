# Types of replica.py where it is compiled.

cimport cython
from .decoding cimport Decoding
from .tables cimport Meter, Requests, StepTables

cdef double WATERMARK
cdef long long LOOKED_AT

@cython.final
cdef class SimulatedReplica:
    cdef StepTables tables
    cdef readonly Requests requests
    cdef Meter meter
    cdef double hit, grows
    cdef public double now, busy_s, used
    cdef long long queue, queue_end, prefilling, prompt, prompt_end, steps, context
    cdef public long long queued, load
    cdef Decoding decoding
    cdef public object cached
    cdef double due(self)
    cpdef submit(self, long long job, double at_s)
    cpdef advance(self, double until_s)
    @cython.locals(job="long long", count="long long")
    cpdef list drop_all(self)
    cdef admit(self)
    @cython.locals(found="long long", known="long long", room="long long")
    cdef long long reuse(self, long long job, long long tokens)
    cdef prefill_step(self)
    @cython.locals(late=double, own=double)
    cdef first_token(self, long long job, double step_s, double took)
    @cython.locals(count="long long", some="long long")
    cdef decode_stride(self, double until_s)
    cdef count(self, long long n, long long steps, double took)
    @cython.locals(job="long long")
    cdef finish(self)
    @cython.locals(job="long long")
    cdef preempt(self)
    cdef long long release(self, long long job)
