# Types of tables.py where it is compiled.

cimport cython
from libc cimport math

cdef double LOG_STEP
cdef long long NO_GAP

@cython.final
cdef class Meter:
    cdef public double most
    cdef public long long steps

@cython.final
cdef class StepTables:
    cdef double[::1] decode, extra, share, contexts
    cdef long long[::1] place, chunks
    cdef public long long slots, budget
    cdef bint mixed, reserves
    cdef double pool_tokens, base_tokens, longest, fixed_s, launch_s, first, own, stages, steps_extra, balance_steps
    cdef double prompt_s_per_token
    cdef long long at, at_seen, at_chunk
    cdef long long stretch(self, double context, long long i)
    cpdef double decode_s(self, long long n, double context)
    cpdef double extra_s(self, long long n, long long chunk, double seen)
    cdef double corner(self, long long at, double high)

@cython.final
cdef class Requests:
    cdef double[::1] arrival_s, first_s, finish_s, late_s
    cdef long long[::1] input_tokens, output_tokens, preempted, after, known, todo, held, end, older, younger, made
    cdef signed char[::1] refused
    cdef public object hashes
    cdef public long long block_tokens, reused_tokens
    cdef public object gap_tokens
    cdef long long[::1] gaps
    @cython.locals(at="long long")
    cdef book(self, double gap_s, long long tokens)
