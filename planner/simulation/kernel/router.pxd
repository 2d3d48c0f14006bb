# Types of router.py where it is compiled.

cimport cython
from .replica cimport SimulatedReplica
from .tables cimport Requests

cdef long long NONE

@cython.final
cdef class LeastLoaded:
    cdef Requests requests
    cdef list up
    cdef long long leaves
    cdef long long[::1] load, fewest, first
    cdef double[::1] due_s
    cpdef submit_all(self, long long first, long long end)
    @cython.locals(chosen=SimulatedReplica, i="long long")
    cpdef submit(self, long long job, double at_s)
    @cython.locals(replica=SimulatedReplica)
    cdef ended(self, long long i, double at_s)
    @cython.locals(node="long long", won="long long")
    cdef changed_load(self, long long i)
    @cython.locals(node="long long", won="long long")
    cdef changed_due(self, long long i)
    @cython.locals(left="long long", right="long long")
    cdef long long less_loaded(self, long long node)
    @cython.locals(left="long long", right="long long")
    cdef long long sooner(self, long long node)
